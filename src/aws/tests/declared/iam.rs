//! What the answers of IAM must hold, by AWS's documents.

use insta::assert_snapshot;

use super::super::super::adapters::adapters;
use super::super::calls;
use super::declarations;

/// What the answers about these types must hold.
fn declared(types: &[&str]) -> String {
    let adapters = adapters();
    declarations(types.iter().flat_map(|name| calls(&adapters.0[*name])))
}

#[test]
fn what_an_answer_about_accounts_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::AccountPasswordPolicy", "AWS::IAM::AccountSummary"]), @"
    iam:GetAccountPasswordPolicy PasswordPolicy
    iam:GetAccountPasswordPolicy PasswordPolicy/AllowUsersToChangePassword
    iam:GetAccountPasswordPolicy PasswordPolicy/ExpirePasswords
    iam:GetAccountPasswordPolicy PasswordPolicy/MinimumPasswordLength
    iam:GetAccountPasswordPolicy PasswordPolicy/RequireLowercaseCharacters
    iam:GetAccountPasswordPolicy PasswordPolicy/RequireNumbers
    iam:GetAccountPasswordPolicy PasswordPolicy/RequireSymbols
    iam:GetAccountPasswordPolicy PasswordPolicy/RequireUppercaseCharacters
    iam:GetAccountSummary SummaryMap
    iam:GetAccountSummary SummaryMap/entry/key
    iam:GetAccountSummary SummaryMap/entry/value
    ");
}

#[test]
fn what_an_answer_about_groups_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::Group"]), @"
    iam:GetAccountAuthorizationDetails GroupDetailList/member/AttachedManagedPolicies/member/PolicyArn
    iam:GetAccountAuthorizationDetails GroupDetailList/member/AttachedManagedPolicies?
    iam:GetAccountAuthorizationDetails GroupDetailList/member/GroupName
    iam:GetAccountAuthorizationDetails GroupDetailList/member/GroupPolicyList/member/PolicyDocument
    iam:GetAccountAuthorizationDetails GroupDetailList/member/GroupPolicyList/member/PolicyName
    iam:GetAccountAuthorizationDetails GroupDetailList/member/GroupPolicyList?
    iam:GetAccountAuthorizationDetails GroupDetailList?
    iam:GetGroup Users/member/UserName
    iam:GetGroup Users?
    iam:ListGroups Groups/member/Arn
    iam:ListGroups Groups/member/CreateDate
    iam:ListGroups Groups/member/GroupId
    iam:ListGroups Groups/member/Path
    iam:ListGroups Groups?
    ");
}

#[test]
fn what_an_answer_about_identity_providers_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::OIDCProvider", "AWS::IAM::SAMLProvider"]), @"
    iam:GetOpenIDConnectProvider ClientIDList?
    iam:GetOpenIDConnectProvider CreateDate
    iam:GetOpenIDConnectProvider Tags/member/Key
    iam:GetOpenIDConnectProvider Tags/member/Value?
    iam:GetOpenIDConnectProvider ThumbprintList?
    iam:GetOpenIDConnectProvider Url
    iam:GetSAMLProvider PrivateKeyList/member/KeyId
    iam:GetSAMLProvider SAMLMetadataDocument
    iam:GetSAMLProvider Tags/member/Key
    iam:GetSAMLProvider Tags/member/Value?
    iam:ListOpenIDConnectProviders OpenIDConnectProviderList?
    iam:ListSAMLProviders SAMLProviderList/member/CreateDate
    iam:ListSAMLProviders SAMLProviderList?
    ");
}

#[test]
fn what_an_answer_about_instance_profiles_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::InstanceProfile"]), @"
    iam:ListInstanceProfileTags Tags/member/Key
    iam:ListInstanceProfileTags Tags/member/Value?
    iam:ListInstanceProfileTags Tags?
    iam:ListInstanceProfiles InstanceProfiles/member/Arn
    iam:ListInstanceProfiles InstanceProfiles/member/CreateDate
    iam:ListInstanceProfiles InstanceProfiles/member/InstanceProfileId
    iam:ListInstanceProfiles InstanceProfiles/member/Path
    iam:ListInstanceProfiles InstanceProfiles/member/Roles/member/RoleName
    iam:ListInstanceProfiles InstanceProfiles/member/Roles?
    iam:ListInstanceProfiles InstanceProfiles?
    ");
}

#[test]
fn what_an_answer_about_managed_policies_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::ManagedPolicy"]), @"
    iam:GetAccountAuthorizationDetails Policies/member/Arn
    iam:GetAccountAuthorizationDetails Policies/member/PolicyVersionList
    iam:GetAccountAuthorizationDetails Policies/member/PolicyVersionList/member/CreateDate
    iam:GetAccountAuthorizationDetails Policies/member/PolicyVersionList/member/Document
    iam:GetAccountAuthorizationDetails Policies/member/PolicyVersionList/member/IsDefaultVersion
    iam:GetAccountAuthorizationDetails Policies/member/PolicyVersionList/member/VersionId
    iam:GetAccountAuthorizationDetails Policies?
    iam:GetPolicy Policy
    iam:GetPolicy Policy/Arn
    iam:GetPolicy Policy/Tags/member/Key
    iam:GetPolicy Policy/Tags/member/Value?
    iam:ListEntitiesForPolicy PolicyGroups/member/GroupName
    iam:ListEntitiesForPolicy PolicyGroups?
    iam:ListEntitiesForPolicy PolicyRoles/member/RoleName
    iam:ListEntitiesForPolicy PolicyRoles?
    iam:ListEntitiesForPolicy PolicyUsers/member/UserName
    iam:ListEntitiesForPolicy PolicyUsers?
    iam:ListPolicies Policies/member/AttachmentCount
    iam:ListPolicies Policies/member/CreateDate
    iam:ListPolicies Policies/member/DefaultVersionId
    iam:ListPolicies Policies/member/IsAttachable
    iam:ListPolicies Policies/member/Path
    iam:ListPolicies Policies/member/PolicyId
    iam:ListPolicies Policies/member/PolicyName
    iam:ListPolicies Policies/member/UpdateDate
    iam:ListPolicies Policies?
    ");
}

#[test]
fn what_an_answer_about_roles_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::Role"]), @"
    iam:GetAccountAuthorizationDetails RoleDetailList/member/AttachedManagedPolicies/member/PolicyArn
    iam:GetAccountAuthorizationDetails RoleDetailList/member/AttachedManagedPolicies?
    iam:GetAccountAuthorizationDetails RoleDetailList/member/InstanceProfileList/member/InstanceProfileName
    iam:GetAccountAuthorizationDetails RoleDetailList/member/InstanceProfileList?
    iam:GetAccountAuthorizationDetails RoleDetailList/member/PermissionsBoundary/PermissionsBoundaryArn
    iam:GetAccountAuthorizationDetails RoleDetailList/member/RoleName
    iam:GetAccountAuthorizationDetails RoleDetailList/member/RolePolicyList/member/PolicyDocument
    iam:GetAccountAuthorizationDetails RoleDetailList/member/RolePolicyList/member/PolicyName
    iam:GetAccountAuthorizationDetails RoleDetailList/member/RolePolicyList?
    iam:GetAccountAuthorizationDetails RoleDetailList/member/Tags/member/Key
    iam:GetAccountAuthorizationDetails RoleDetailList/member/Tags/member/Value?
    iam:GetAccountAuthorizationDetails RoleDetailList?
    iam:ListRoles Roles/member/Arn
    iam:ListRoles Roles/member/AssumeRolePolicyDocument
    iam:ListRoles Roles/member/CreateDate
    iam:ListRoles Roles/member/Path
    iam:ListRoles Roles/member/RoleId
    iam:ListRoles Roles?
    ");
}

#[test]
fn what_an_answer_about_server_certificates_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::ServerCertificate"]), @"
    iam:GetServerCertificate ServerCertificate
    iam:GetServerCertificate ServerCertificate/CertificateBody
    iam:GetServerCertificate ServerCertificate/Tags/member/Key
    iam:GetServerCertificate ServerCertificate/Tags/member/Value?
    iam:ListServerCertificates ServerCertificateMetadataList/member/Arn
    iam:ListServerCertificates ServerCertificateMetadataList/member/Expiration
    iam:ListServerCertificates ServerCertificateMetadataList/member/Path
    iam:ListServerCertificates ServerCertificateMetadataList/member/ServerCertificateId
    iam:ListServerCertificates ServerCertificateMetadataList/member/UploadDate
    iam:ListServerCertificates ServerCertificateMetadataList?
    ");
}

#[test]
fn what_an_answer_about_users_must_hold() {
    assert_snapshot!(declared(&["AWS::IAM::User"]), @"
    iam:GenerateCredentialReport State
    iam:GetAccessKeyLastUsed AccessKeyLastUsed
    iam:GetAccessKeyLastUsed AccessKeyLastUsed/Region
    iam:GetAccessKeyLastUsed AccessKeyLastUsed/ServiceName
    iam:GetAccountAuthorizationDetails UserDetailList/member/AttachedManagedPolicies/member/PolicyArn
    iam:GetAccountAuthorizationDetails UserDetailList/member/PermissionsBoundary/PermissionsBoundaryArn
    iam:GetAccountAuthorizationDetails UserDetailList/member/Tags/member/Key
    iam:GetAccountAuthorizationDetails UserDetailList/member/Tags/member/Value?
    iam:GetAccountAuthorizationDetails UserDetailList/member/UserName
    iam:GetAccountAuthorizationDetails UserDetailList/member/UserPolicyList/member/PolicyDocument
    iam:GetAccountAuthorizationDetails UserDetailList/member/UserPolicyList/member/PolicyName
    iam:GetAccountAuthorizationDetails UserDetailList?
    iam:GetCredentialReport Content
    iam:GetCredentialReport GeneratedTime
    iam:GetLoginProfile LoginProfile
    iam:GetLoginProfile LoginProfile/CreateDate
    iam:ListAccessKeys AccessKeyMetadata/member/AccessKeyId
    iam:ListAccessKeys AccessKeyMetadata/member/CreateDate
    iam:ListAccessKeys AccessKeyMetadata/member/Status
    iam:ListAccessKeys AccessKeyMetadata?
    iam:ListMFADevices MFADevices/member/EnableDate
    iam:ListMFADevices MFADevices/member/SerialNumber
    iam:ListMFADevices MFADevices?
    iam:ListSSHPublicKeys SSHPublicKeys/member/SSHPublicKeyId
    iam:ListSSHPublicKeys SSHPublicKeys/member/Status
    iam:ListSSHPublicKeys SSHPublicKeys/member/UploadDate
    iam:ListSSHPublicKeys SSHPublicKeys?
    iam:ListServiceSpecificCredentials ServiceSpecificCredentials/member/CreateDate
    iam:ListServiceSpecificCredentials ServiceSpecificCredentials/member/ServiceName
    iam:ListServiceSpecificCredentials ServiceSpecificCredentials/member/ServiceSpecificCredentialId
    iam:ListServiceSpecificCredentials ServiceSpecificCredentials/member/Status
    iam:ListServiceSpecificCredentials ServiceSpecificCredentials?
    iam:ListSigningCertificates Certificates/member/CertificateId
    iam:ListSigningCertificates Certificates/member/Status
    iam:ListSigningCertificates Certificates/member/UploadDate
    iam:ListSigningCertificates Certificates?
    iam:ListUsers Users/member/Arn
    iam:ListUsers Users/member/CreateDate
    iam:ListUsers Users/member/Path
    iam:ListUsers Users/member/UserId
    iam:ListUsers Users?
    ");
}
