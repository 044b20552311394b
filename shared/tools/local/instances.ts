import { serviceNames, type ServiceName } from "../../contract.ts";
import { findFreePort } from "./processes/free-port.ts";
import { serviceEnvironment, type StoreAddresses } from "./processes/service-environment.ts";
import { ServiceProcess } from "./processes/service-process.ts";

/** A process of a service, to be started. */
export interface Instance {
  service: ServiceName;
  name: string;
  port: number;
}

export interface InstanceOptions {
  /** Further environment of every service; it wins over what the stores say. */
  env?: Record<string, string>;
  /** True restarts a service whenever one of its files changes. */
  watch?: boolean;
  /** Called with each line that a service logs, and the name of its process. */
  onLine?: (line: string, name: string) => void;
}

/** Names and ports, so that the gateway can know them before they are started. */
export async function planInstances(count: number): Promise<readonly Instance[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const instances = serviceNames.flatMap((service) =>
    numbers.map(async (number) => ({
      service,
      name: count === 1 ? service : `${service}#${number}`,
      port: await findFreePort(),
    })),
  );
  return Promise.all(instances);
}

/** Where the gateway finds the instances of each service. */
export function addressesOf(instances: readonly Instance[]): Record<ServiceName, string[]> {
  const urlsOf = (service: ServiceName) =>
    instances
      .filter((instance) => instance.service === service)
      .map((instance) => `http://127.0.0.1:${instance.port}`);
  const urls = serviceNames.map((service) => [service, urlsOf(service)]);
  return Object.fromEntries(urls) as Record<ServiceName, string[]>;
}

/** Starts them all at once; when one fails, the others are ended and its failure is thrown. */
export async function startInstances(
  instances: readonly Instance[],
  stores: StoreAddresses,
  { env, watch = false, onLine }: InstanceOptions,
): Promise<readonly ServiceProcess[]> {
  const starts = await Promise.allSettled(
    instances.map(({ service, name, port }) =>
      ServiceProcess.start(service, {
        name,
        port,
        watch,
        env: { ...serviceEnvironment(service, stores), ...env },
        onLine: (line) => onLine?.(line, name),
      }),
    ),
  );
  const services = starts.flatMap((start) => (start.status === "fulfilled" ? start.value : []));
  const failure = starts.find((start) => start.status === "rejected");
  if (failure === undefined) return services;
  await Promise.all(services.map((service) => service.kill()));
  throw failure.reason;
}
