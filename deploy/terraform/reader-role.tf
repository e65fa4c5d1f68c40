# The role that cloudcorrect reads an account with. It allows what the checks of this version can
# ask for, and changes nothing. A module: one for each account, with the provider of that account.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "service_principal" {
  description = "The ARN of the role or user that the service runs as"
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", var.service_principal))
    error_message = "The service runs as a role or a user: write its ARN."
  }
}

variable "external_id" {
  description = "What stands in the service's external_id_file for this account"
  type        = string
  sensitive   = true
  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{2,}$", var.external_id)) && length(var.external_id) <= 1224
    error_message = "An external id has 2 to 1224 letters, digits and _+=,.@:/-"
  }
}

variable "role_name" {
  description = "The name of the role, which role_arn in the service's settings ends with"
  type        = string
  default     = "cloudcorrect-reader"
}

variable "permissions_boundary" {
  description = "The ARN of the policy that bounds the roles of this account, where it has one"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the role"
  type        = map(string)
  default     = {}
}

data "aws_iam_policy_document" "trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [var.service_principal]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

data "aws_iam_policy_document" "reads" {
  statement {
    sid    = "CloudcorrectReads"
    effect = "Allow"
    actions = [
      "ec2:DescribeAddresses",
      "ec2:DescribeFlowLogs",
      "ec2:DescribeImageAttribute",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceAttribute",
      "ec2:DescribeInstanceCreditSpecifications",
      "ec2:DescribeInstanceStatus",
      "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribeManagedPrefixLists",
      "ec2:DescribeNetworkAcls",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshotAttribute",
      "ec2:DescribeSnapshots",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumeAttribute",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcAttribute",
      "ec2:DescribeVpcs",
      "ec2:GetEbsDefaultKmsKeyId",
      "ec2:GetEbsEncryptionByDefault",
      "ec2:GetImageBlockPublicAccessState",
      "ec2:GetInstanceMetadataDefaults",
      "ec2:GetManagedPrefixListEntries",
      "ec2:GetSnapshotBlockPublicAccessState",
      "iam:GenerateCredentialReport",
      "iam:GetAccessKeyLastUsed",
      "iam:GetAccountAuthorizationDetails",
      "iam:GetAccountPasswordPolicy",
      "iam:GetAccountSummary",
      "iam:GetCredentialReport",
      "iam:GetGroup",
      "iam:GetLoginProfile",
      "iam:GetOpenIDConnectProvider",
      "iam:GetPolicy",
      "iam:GetSAMLProvider",
      "iam:GetServerCertificate",
      "iam:ListAccessKeys",
      "iam:ListEntitiesForPolicy",
      "iam:ListGroups",
      "iam:ListInstanceProfileTags",
      "iam:ListInstanceProfiles",
      "iam:ListMFADevices",
      "iam:ListOpenIDConnectProviders",
      "iam:ListPolicies",
      "iam:ListRoles",
      "iam:ListSAMLProviders",
      "iam:ListSSHPublicKeys",
      "iam:ListServerCertificates",
      "iam:ListServiceSpecificCredentials",
      "iam:ListSigningCertificates",
      "iam:ListUsers",
      "s3:GetAccountPublicAccessBlock",
      "s3:GetBucketAcl",
      "s3:GetBucketCORS",
      "s3:GetBucketLocation",
      "s3:GetBucketLogging",
      "s3:GetBucketNotification",
      "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketOwnershipControls",
      "s3:GetBucketPolicy",
      "s3:GetBucketPolicyStatus",
      "s3:GetBucketPublicAccessBlock",
      "s3:GetBucketTagging",
      "s3:GetBucketVersioning",
      "s3:GetBucketWebsite",
      "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
      "s3:GetReplicationConfiguration",
      "s3:ListAllMyBuckets",
      "s3:ListBucket",
      "sts:GetCallerIdentity",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "reader" {
  name                 = var.role_name
  description          = "Read by cloudcorrect, which holds this account to policies kept in Git"
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  tags                 = var.tags
}

resource "aws_iam_role_policy" "reads" {
  name   = "cloudcorrect-reader"
  role   = aws_iam_role.reader.id
  policy = data.aws_iam_policy_document.reads.json
}

output "role_arn" {
  description = "The role_arn of this account in the service's settings"
  value       = aws_iam_role.reader.arn
}
