//! Live AWS inventory. The only module that knows the AWS SDK.
