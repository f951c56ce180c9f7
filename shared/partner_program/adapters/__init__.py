"""The ports on AWS: DynamoDB, S3, SQS, and the clock. boto3 is known here and in `bootstrap` only."""
