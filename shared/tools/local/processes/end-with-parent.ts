import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/**
 * Ends a child when this process is gone, however it went: a tiny shell waits for the end of a
 * pipe that only we hold open, which the system closes for us even after SIGKILL.
 */
export function endWithParent(child: ChildProcess): void {
  const watcher = spawn("/bin/sh", ["-c", 'read -r _; kill "$1"', "sh", String(child.pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  child.once("exit", () => watcher.kill());
}
