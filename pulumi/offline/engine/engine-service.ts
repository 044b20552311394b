import engine, {
  type LogRequest,
  type SetRootResourceRequest,
} from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { unary } from "./unary.ts";

/** The engine as far as a program talks to it: its log, and the URN of the stack. */
export class EngineService {
  /** What was logged as a warning or an error. */
  readonly complaints: string[] = [];
  #rootUrn = "";

  get rootUrn(): string {
    return this.#rootUrn;
  }

  handlers() {
    return {
      log: unary((request: LogRequest) => {
        if (request.getSeverity() >= engine.LogSeverity.WARNING)
          this.complaints.push(request.getMessage());
        return new empty.Empty();
      }),
      getRootResource: unary(() => new engine.GetRootResourceResponse().setUrn(this.#rootUrn)),
      setRootResource: unary((request: SetRootResourceRequest) => {
        this.#rootUrn = request.getUrn();
        return new engine.SetRootResourceResponse();
      }),
      requirePulumiVersion: unary(() => new engine.RequirePulumiVersionResponse()),
    };
  }
}
