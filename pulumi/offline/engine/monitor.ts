import grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resource, {
  type RegisterResourceHookRequest,
  type RegisterResourceOutputsRequest,
  type RegisterResourceRequest,
  type ResourceInvokeRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { EngineService } from "./engine-service.ts";
import { fakeAnswer, fakeCreation, type Place } from "./fake-aws.ts";
import { Hooks } from "./hooks.ts";
import type { RecordedResource, Recording } from "../recording.ts";
import { unary } from "./unary.ts";
import { unknownPaths, unwrap } from "./wire.ts";

/** The deployment that the program believes to be part of. */
export interface Deployment extends Place {
  project: string;
  stack: string;
  /** ECS services whose new revision fails: ECS goes back to the old one. */
  rolledBack?: readonly string[];
}

const { ResourceMonitorFeature: feature } = resource;
// Without alias specs the SDK itself resolves aliases to URNs, those of parents included.
const supported = [
  feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
];

/**
 * Stands in for the Pulumi engine: takes what a program registers, answers as AWS would, and
 * remembers it. Serves on loopback only.
 */
export class OfflineMonitor {
  readonly #resources: RecordedResource[] = [];
  readonly #engine = new EngineService();
  readonly #hooks = new Hooks();
  readonly #deployment: Deployment;
  readonly #server = new grpc.Server();
  #outputs: Recording["outputs"] = {};

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#server.addService(resourceRpc.ResourceMonitorService, this.#monitorService());
    this.#server.addService(engineRpc.EngineService, this.#engine.handlers());
  }

  /** Starts to listen, and resolves to the address to give to the program. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      const insecure = grpc.ServerCredentials.createInsecure();
      this.#server.bindAsync("127.0.0.1:0", insecure, (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  }

  /** What the program has asked for until now. */
  get recording(): Omit<Recording, "exitCode"> {
    const { complaints } = this.#engine;
    return { resources: this.#resources, outputs: this.#outputs, complaints };
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #monitorService() {
    return {
      getDeploymentInfo: unary(() => {
        const { project, stack } = this.#deployment;
        const info = new resource.DeploymentInfo().setProject(project).setStack(stack);
        return info.setOrganization("offline").setDryrun(true).setSupportedfeaturesList(supported);
      }),
      registerResource: unary((request: RegisterResourceRequest) => this.#register(request)),
      registerResourceOutputs: unary((request: RegisterResourceOutputsRequest) => {
        if (request.getUrn() === this.#engine.rootUrn)
          this.#outputs = toRecord(unwrap(fromStruct(request.getOutputs()), "masked"));
        return new empty.Empty();
      }),
      invoke: unary((request: ResourceInvokeRequest) => {
        const token = request.getTok();
        const answer = fakeAnswer(token, toRecord(unwrap(fromStruct(request.getArgs()))));
        if (answer === undefined)
          throw new Error(`No answer for ${token}: add one to pulumi/offline/engine/fake-aws.ts.`);
        return new resource.ResourceInvokeResponse().setReturn(toStruct(answer));
      }),
      registerResourceHook: unary((request: RegisterResourceHookRequest) => {
        this.#hooks.add(request);
        return new empty.Empty();
      }),
      signalAndWaitForShutdown: unary(() => new empty.Empty()),
    };
  }

  async #register(request: RegisterResourceRequest) {
    const recorded = this.#record(request);
    const { id, outputs } = fakeCreation(recorded, this.#deployment);
    const inputs = fromStruct(request.getObject());
    if (this.#deployment.rolledBack?.includes(recorded.name) === true)
      await this.#hooks.run(request.getHooks()?.getAfterUpdateList() ?? [], {
        ...recorded,
        newInputs: toStruct(inputs),
        newOutputs: toStruct({ ...inputs, taskDefinition: "task-definition/the-old-one:0" }),
      });
    const response = new resource.RegisterResourceResponse();
    response.setUrn(recorded.urn).setObject(toStruct({ ...inputs, ...outputs }));
    return recorded.custom ? response.setId(id) : response;
  }

  /** @throws when the engine or AWS would refuse the resource, or when an input is not known. */
  #record(request: RegisterResourceRequest): RecordedResource {
    const recorded = {
      urn: this.#urnOf(request),
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      custom: request.getCustom(),
      remote: request.getRemote(),
      props: toRecord(unwrap(fromStruct(request.getObject()))),
      dependencies: request.getDependenciesList(),
      ignoreChanges: request.getIgnorechangesList(),
      protect: request.getProtect() ?? false,
      afterUpdateHooks: request.getHooks()?.getAfterUpdateList().length ?? 0,
      beforeUpdateHooks: request.getHooks()?.getBeforeUpdateList() ?? [],
      aliases: request.getAliasurnsList(),
    };
    if (this.#resources.some(({ urn }) => urn === recorded.urn))
      throw new Error(`Two resources have the same URN ${recorded.urn}.`);
    const [unknown] = unknownPaths(recorded.props);
    if (unknown !== undefined)
      throw new Error(
        `${recorded.type} "${recorded.name}" is given an unknown ${unknown}: ` +
          "add the output it comes from to pulumi/offline/engine/fake-aws.ts.",
      );
    this.#resources.push(recorded);
    return recorded;
  }

  /** As the engine makes it: the types of all parents, joined by `$`. */
  #urnOf(request: RegisterResourceRequest): string {
    const { project, stack } = this.#deployment;
    const parentType = request.getParent().split("::")[2] ?? "";
    const nested = parentType !== "" && parentType !== "pulumi:pulumi:Stack";
    const type = nested ? `${parentType}$${request.getType()}` : request.getType();
    return `urn:pulumi:${stack}::${project}::${type}::${request.getName()}`;
  }
}

function fromStruct(message: Struct | undefined) {
  return toRecord(message?.toJavaScript() ?? {});
}

function toStruct(value: Record<string, unknown>): Struct {
  // Through JSON, as a struct has no place for what is undefined.
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(value)) as Record<string, never>);
}

function toRecord(value: unknown): Record<string, unknown> {
  return value as Record<string, unknown>;
}
