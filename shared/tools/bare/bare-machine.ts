import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What the host and its network add: certificates and names, so that npm and apt reach the same. */
const hostFiles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/resolv.conf", "/etc/hosts"];
const networkVariables = /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i;
const home = "/page-services";

export interface RunOptions {
  /** Ends the command, and everything that it started. */
  timeoutMs: number;
  /** Resolves when a line matches; without it, when the command ends with code 0. */
  until?: RegExp;
  environment?: Record<string, string>;
}

/**
 * A Debian with only its base, libstdc++, certificates, Node 20 and npm, in a folder, with a
 * clean clone of the repository's HEAD. Commands run in namespaces of their own: whatever they
 * leave running or mounted is gone with them.
 */
export class BareMachine implements Disposable {
  readonly #root = mkdtempSync(join(tmpdir(), "bare-machine-"));
  readonly #environment: Record<string, string>;

  constructor(repository: string, npmVersion: string) {
    process.once("exit", () => this[Symbol.dispose]());
    try {
      // A temporary folder is for its owner alone, and this one holds a user who is not root.
      chmodSync(this.#root, 0o755);
      bootstrap(this.#root);
      for (const file of hostFiles) {
        mkdirSync(join(this.#root, file, ".."), { recursive: true });
        copyFileSync(file, join(this.#root, file));
      }
      installNode(this.#root, npmVersion);
      run("git", ["clone", "--quiet", "--no-hardlinks", repository, this.#root + home]);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    const inherited = Object.entries(process.env).filter(([name]) => networkVariables.test(name));
    this.#environment = {
      ...(Object.fromEntries(inherited) as Record<string, string>),
      npm_config_registry: run("npm", ["config", "get", "registry"]).trim(),
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/root",
      LANG: "C.UTF-8",
    };
  }

  /** Runs a shell command in the clone, and prints what it writes. */
  async run(command: string, { timeoutMs, until, environment }: RunOptions): Promise<void> {
    const enter = `mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && shift && exec chroot "$@"`;
    const child = spawn(
      "unshare",
      [
        ...["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh", this.#root],
        ...[this.#root, "sh", "-c", `cd ${home} && ${command}`],
      ],
      { env: { ...this.#environment, ...environment }, stdio: ["ignore", "pipe", "pipe"] },
    );
    const end = () => child.kill("SIGKILL");
    const timer = setTimeout(end, timeoutMs);
    process.once("exit", end);
    try {
      await finished(child, until);
    } finally {
      clearTimeout(timer);
      process.off("exit", end);
      const isOver = child.exitCode !== null || child.signalCode !== null;
      const exit = isOver ? undefined : once(child, "exit");
      end();
      await exit;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

async function finished(child: ChildProcess, until: RegExp | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue;
    createInterface({ input }).on("line", (line) => {
      console.log(`  │ ${line}`);
      if (until?.test(line)) resolve(undefined);
    });
  }
  child.once("close", (code, signal) => {
    if (code === 0 && until === undefined) resolve(undefined);
    else reject(new Error(`The command ended too early (${signal ?? `code ${code ?? "?"}`})`));
  });
  await promise;
}

/** The host's release, from where the host gets it. */
function bootstrap(root: string): void {
  const format = ["--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"];
  const [archive = "", release = ""] = run("apt-get", ["indextargets", ...format]).split(/\s/);
  const packages = "--include=libstdc++6,ca-certificates";
  run("debootstrap", ["--variant=minbase", packages, release, root, archive]);
}

/** From the registry, as its own package: where the host's Node comes from does not matter. */
function installNode(root: string, npmVersion: string): void {
  const packages = [`node-linux-${process.arch}@20`, `npm@${npmVersion}`];
  run("npm", ["install", "--global", "--prefix", join(root, "usr/local"), ...packages]);
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 600_000,
  });
}
