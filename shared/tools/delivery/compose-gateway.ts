/** The gateway of compose.yaml: the load balancer's rules before the containers of the services. */
import { container, type ServiceName, serviceNames } from "../../contract.ts";
import { Gateway } from "../local/gateway/gateway.ts";

// Compose gives every container the name of its service.
const instances = Object.fromEntries(
  serviceNames.map((service) => [service, [`http://${service}:${container.port}`]]),
) as Record<ServiceName, string[]>;

const gateway = await Gateway.start({ host: "0.0.0.0", port: container.port, instances });
process.once("SIGTERM", () => void gateway.stop());
