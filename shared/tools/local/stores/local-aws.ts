import { env } from "../../../contract.ts";

/** A local DynamoDB signs nothing and belongs to no account: any region and key will do. */
export const localRegion = "us-east-1";
export const localCredentials = { accessKeyId: "local", secretAccessKey: "local" };

/** The environment by which an AWS client reaches the database at `dynamodbUrl`. */
export function localAwsEnvironment(dynamodbUrl: string): Record<string, string> {
  return {
    [env.dynamodbEndpoint]: dynamodbUrl,
    [env.awsRegion]: localRegion,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  };
}
