import grpc from "@grpc/grpc-js";

/** A handler of one call that answers with what `answer` gives, or with its error. */
export function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.try(answer, call.request).then(
      (response) => callback(null, response),
      (error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.INVALID_ARGUMENT, details });
      },
    );
  };
}
