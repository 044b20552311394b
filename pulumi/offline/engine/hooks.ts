import grpc from "@grpc/grpc-js";
import callbackRpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackPb, { type Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import resource, { type RegisterResourceHookRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** What a resource was given, and what became of it. */
export interface Updated {
  urn: string;
  name: string;
  type: string;
  newInputs: Struct;
  newOutputs: Struct;
}

/** The program's hooks: functions in its process, called back over the wire. */
export class Hooks {
  readonly #callbacks = new Map<string, Callback>();

  add(request: RegisterResourceHookRequest): void {
    const callback = request.getCallback();
    if (callback !== undefined) this.#callbacks.set(request.getName(), callback);
  }

  /** Runs the hooks one after the other. @throws what the first of them throws. */
  async run(names: readonly string[], updated: Updated): Promise<void> {
    const request = new resource.ResourceHookRequest()
      .setUrn(updated.urn)
      .setName(updated.name)
      .setType(updated.type)
      .setNewInputs(updated.newInputs)
      .setNewOutputs(updated.newOutputs);
    for (const name of names) {
      const response = await this.#call(name, request.serializeBinary());
      const error = resource.ResourceHookResponse.deserializeBinary(response).getError();
      if (error !== "") throw new Error(error);
    }
  }

  async #call(name: string, request: Uint8Array): Promise<Uint8Array> {
    const callback = this.#callbacks.get(name);
    if (callback === undefined) throw new Error(`The program registered no hook ${name}.`);
    const insecure = grpc.credentials.createInsecure();
    const client = new callbackRpc.CallbacksClient(callback.getTarget(), insecure);
    const call = new callbackPb.CallbackInvokeRequest().setToken(callback.getToken());
    try {
      return await new Promise((resolve, reject) => {
        client.invoke(call.setRequest(request), (error, response) => {
          if (error === null) resolve(response.getResponse_asU8());
          else reject(error);
        });
      });
    } finally {
      client.close();
    }
  }
}
