//! Types of IAM.

use insta::assert_snapshot;

use super::super::recorded::{answers, serve, whole};
use super::super::stand_in::Response;
use super::super::{everything, live, schema, shown};
use super::read;

#[tokio::test]
async fn account_password_policies_are_read() {
    assert_snapshot!(read("AWS::IAM::AccountPasswordPolicy").await, @r#"
    123456789012 iam:GetAccountPasswordPolicy: {"AllowUsersToChangePassword":true,"ExpirePasswords":true,"HardExpiry":false,"MaxPasswordAge":90,"MinimumPasswordLength":14,"PasswordReusePrevention":24,"RequireLowercaseCharacters":false,"RequireNumbers":false,"RequireSymbols":true,"RequireUppercaseCharacters":true}
    123456789012 sts:GetCallerIdentity: {"AccountId":"123456789012"}
    "#);
}

#[tokio::test]
async fn account_summaries_are_read() {
    assert_snapshot!(read("AWS::IAM::AccountSummary").await, @r#"123456789012 iam:GetAccountSummary: {"AccountId":"123456789012","SummaryMap":{"AccessKeysPerUserQuota":33,"AccountAccessKeysPresent":0,"AccountMFAEnabled":1,"AccountPasswordPresent":1,"AccountSigningCertificatesPresent":0,"AssumeRolePolicySizeQuota":2048,"AttachedPoliciesPerGroupQuota":37,"AttachedPoliciesPerRoleQuota":38,"AttachedPoliciesPerUserQuota":36,"GlobalEndpointTokenVersion":2,"GroupPolicySizeQuota":5120,"Groups":17,"GroupsPerUserQuota":35,"GroupsQuota":18,"InstanceProfiles":23,"InstanceProfilesQuota":24,"MFADevices":28,"MFADevicesInUse":29,"Policies":21,"PoliciesQuota":22,"PolicySizeQuota":6144,"PolicyVersionsInUse":30,"PolicyVersionsInUseQuota":10000,"Providers":27,"RolePolicySizeQuota":10240,"Roles":19,"RolesQuota":20,"ServerCertificates":25,"ServerCertificatesQuota":26,"SigningCertificatesPerUserQuota":34,"UserPolicySizeQuota":2048,"Users":15,"UsersQuota":5000,"VersionsPerPolicyQuota":32}}"#);
}

#[tokio::test]
async fn groups_are_read() {
    assert_snapshot!(read("AWS::IAM::Group").await, @r#"
    admins iam:GetAccountAuthorizationDetails: {"ManagedPolicyArns":["arn:aws:iam::aws:policy/AdministratorAccess"],"Policies":[{"PolicyDocument":{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::builds/*"}],"Version":"2012-10-17"},"PolicyName":"builds"}]}
    admins iam:GetGroup: {"Users":["alice"]}
    admins iam:ListGroups: {"Arn":"arn:aws:iam::123456789012:group/team/admins","CreateDate":"2026-01-02T03:04:05Z","GroupId":"AGPAEXAMPLEADMINS","GroupName":"admins","Path":"/team/"}
    empty iam:GetAccountAuthorizationDetails: {"ManagedPolicyArns":[],"Policies":[]}
    empty iam:GetGroup: {"Users":[]}
    empty iam:ListGroups: {"Arn":"arn:aws:iam::123456789012:group/empty","CreateDate":"2026-02-03T04:05:06Z","GroupId":"AGPAEXAMPLEEMPTY","GroupName":"empty","Path":"/"}
    "#);
}

#[tokio::test]
async fn instance_profiles_are_read() {
    assert_snapshot!(read("AWS::IAM::InstanceProfile").await, @r#"
    builders iam:ListInstanceProfileTags: {"Tags":[{"Key":"team","Value":"platform"},{"Key":"empty","Value":""}]}
    builders iam:ListInstanceProfiles: {"Arn":"arn:aws:iam::123456789012:instance-profile/team/builders","CreateDate":"2026-01-02T03:04:05Z","InstanceProfileId":"AIPAEXAMPLEBUILDERS","InstanceProfileName":"builders","Path":"/team/","Roles":["deploy"]}
    empty iam:ListInstanceProfileTags: {"Tags":[]}
    empty iam:ListInstanceProfiles: {"Arn":"arn:aws:iam::123456789012:instance-profile/empty","CreateDate":"2026-02-03T04:05:06Z","InstanceProfileId":"AIPAEXAMPLEEMPTY","InstanceProfileName":"empty","Path":"/","Roles":[]}
    "#);
}

#[tokio::test]
async fn managed_policies_are_read() {
    assert_snapshot!(read("AWS::IAM::ManagedPolicy").await, @r#"
    arn:aws:iam::123456789012:policy/team/builds iam:GetAccountAuthorizationDetails: {"PolicyDocument":{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::builds/*"}],"Version":"2012-10-17"},"PolicyVersionList":[{"CreateDate":"2026-03-02T03:04:05Z","IsDefaultVersion":false,"VersionId":"v3"},{"CreateDate":"2026-02-02T03:04:05Z","IsDefaultVersion":true,"VersionId":"v2"}]}
    arn:aws:iam::123456789012:policy/team/builds iam:GetPolicy: {"Description":"Reads what was built","Tags":[{"Key":"team","Value":"platform"},{"Key":"empty","Value":""}]}
    arn:aws:iam::123456789012:policy/team/builds iam:ListEntitiesForPolicy: {"Groups":["builders"],"Roles":["deploy"],"Users":["alice"]}
    arn:aws:iam::123456789012:policy/team/builds iam:ListPolicies: {"AttachmentCount":3,"CreateDate":"2026-01-02T03:04:05Z","DefaultVersionId":"v2","IsAttachable":true,"ManagedPolicyName":"builds","Path":"/team/","PermissionsBoundaryUsageCount":1,"PolicyArn":"arn:aws:iam::123456789012:policy/team/builds","PolicyId":"ANPAEXAMPLEBUILDS","UpdateDate":"2026-03-02T03:04:05Z"}
    arn:aws:iam::123456789012:policy/unused iam:GetAccountAuthorizationDetails: {"PolicyDocument":{"Statement":[{"Action":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}},"Effect":"Deny","Resource":"*"}],"Version":"2012-10-17"},"PolicyVersionList":[{"CreateDate":"2026-02-03T04:05:06Z","IsDefaultVersion":true,"VersionId":"v1"}]}
    arn:aws:iam::123456789012:policy/unused iam:GetPolicy: {"Tags":[]}
    arn:aws:iam::123456789012:policy/unused iam:ListEntitiesForPolicy: {"Groups":[],"Roles":[],"Users":[]}
    arn:aws:iam::123456789012:policy/unused iam:ListPolicies: {"AttachmentCount":0,"CreateDate":"2026-02-03T04:05:06Z","DefaultVersionId":"v1","IsAttachable":true,"ManagedPolicyName":"unused","Path":"/","PolicyArn":"arn:aws:iam::123456789012:policy/unused","PolicyId":"ANPAEXAMPLEUNUSED","UpdateDate":"2026-02-03T04:05:06Z"}
    "#);
}

#[tokio::test]
async fn oidc_providers_are_read() {
    assert_snapshot!(read("AWS::IAM::OIDCProvider").await, @r#"
    arn:aws:iam::123456789012:oidc-provider/ci.example.com/shop iam:GetOpenIDConnectProvider: {"ClientIdList":["sts.amazonaws.com","shop"],"CreateDate":"2026-01-02T03:04:05Z","Tags":[{"Key":"team","Value":"platform"},{"Key":"empty","Value":""}],"ThumbprintList":["c3768084dfb3d2b68b7897bf5f565da8eefdd111"],"Url":"ci.example.com/shop"}
    arn:aws:iam::123456789012:oidc-provider/ci.example.com/shop iam:ListOpenIDConnectProviders: {"Arn":"arn:aws:iam::123456789012:oidc-provider/ci.example.com/shop"}
    arn:aws:iam::123456789012:oidc-provider/sso.example.com iam:GetOpenIDConnectProvider: {"ClientIdList":[],"CreateDate":"2026-02-03T04:05:06Z","Tags":[],"ThumbprintList":[],"Url":"sso.example.com"}
    arn:aws:iam::123456789012:oidc-provider/sso.example.com iam:ListOpenIDConnectProviders: {"Arn":"arn:aws:iam::123456789012:oidc-provider/sso.example.com"}
    "#);
}

#[tokio::test]
async fn roles_are_read() {
    assert_snapshot!(read("AWS::IAM::Role").await, @r#"
    AWSServiceRoleForSupport iam:GetAccountAuthorizationDetails: {"InstanceProfiles":[],"ManagedPolicyArns":["arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"],"Policies":[],"RoleLastUsed":{},"Tags":[]}
    AWSServiceRoleForSupport iam:ListRoles: {"Arn":"arn:aws:iam::123456789012:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport","AssumeRolePolicyDocument":{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"support.amazonaws.com"}}],"Version":"2012-10-17"},"CreateDate":"2026-03-04T05:06:07Z","Description":"","MaxSessionDuration":3600,"Path":"/aws-service-role/support.amazonaws.com/","RoleId":"AROAEXAMPLESUPPORT","RoleName":"AWSServiceRoleForSupport"}
    deploy iam:GetAccountAuthorizationDetails: {"InstanceProfiles":["builders"],"ManagedPolicyArns":["arn:aws:iam::aws:policy/ReadOnlyAccess"],"PermissionsBoundary":"arn:aws:iam::123456789012:policy/boundary","Policies":[{"PolicyDocument":{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::builds/*"}],"Version":"2012-10-17"},"PolicyName":"builds"}],"RoleLastUsed":{"LastUsedDate":"2026-11-12T13:14:15Z","Region":"eu-west-1"},"Tags":[{"Key":"team","Value":"platform"},{"Key":"empty","Value":""}]}
    deploy iam:ListRoles: {"Arn":"arn:aws:iam::123456789012:role/team/deploy","AssumeRolePolicyDocument":{"Statement":[{"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"aws:RequestTag/share":"100%25","ci.example.com:sub":"repo:shop/*"}},"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/ci.example.com"}}],"Version":"2012-10-17"},"CreateDate":"2026-01-02T03:04:05Z","Description":"Deploys the shop","MaxSessionDuration":7200,"Path":"/team/","RoleId":"AROAEXAMPLEDEPLOY","RoleName":"deploy"}
    idle iam:GetAccountAuthorizationDetails: {"InstanceProfiles":[],"ManagedPolicyArns":[],"Policies":[],"Tags":[]}
    idle iam:ListRoles: {"Arn":"arn:aws:iam::123456789012:role/idle","AssumeRolePolicyDocument":{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}],"Version":"2012-10-17"},"CreateDate":"2026-02-03T04:05:06Z","Path":"/","RoleId":"AROAEXAMPLEIDLE","RoleName":"idle"}
    "#);
}

#[tokio::test]
async fn saml_providers_are_read() {
    assert_snapshot!(read("AWS::IAM::SAMLProvider").await, @r#"
    arn:aws:iam::123456789012:saml-provider/guests iam:GetSAMLProvider: {"SamlMetadataDocument":"<EntityDescriptor entityID=\"https://guests.example.com\"/>","Tags":[]}
    arn:aws:iam::123456789012:saml-provider/guests iam:ListSAMLProviders: {"Arn":"arn:aws:iam::123456789012:saml-provider/guests","CreateDate":"2026-02-03T04:05:06Z","Name":"guests"}
    arn:aws:iam::123456789012:saml-provider/staff iam:GetSAMLProvider: {"AssertionEncryptionMode":"Preferred","PrivateKeyList":[{"KeyId":"KEYEXAMPLE","Timestamp":"2026-01-03T03:04:05Z"}],"SamlMetadataDocument":"<EntityDescriptor entityID=\"https://sso.example.com\"/>","SamlProviderUUID":"SAMLPEXAMPLE","Tags":[{"Key":"team","Value":"platform"},{"Key":"empty","Value":""}]}
    arn:aws:iam::123456789012:saml-provider/staff iam:ListSAMLProviders: {"Arn":"arn:aws:iam::123456789012:saml-provider/staff","CreateDate":"2026-01-02T03:04:05Z","Name":"staff","ValidUntil":"2032-01-02T03:04:05Z"}
    "#);
}

#[tokio::test]
async fn server_certificates_are_read() {
    assert_snapshot!(read("AWS::IAM::ServerCertificate").await, @r#"
    old iam:GetServerCertificate: {"CertificateBody":"-----BEGIN CERTIFICATE-----\nb2xk\n-----END CERTIFICATE-----","Tags":[]}
    old iam:ListServerCertificates: {"Arn":"arn:aws:iam::123456789012:server-certificate/old","Expiration":"2021-02-03T04:05:06Z","Path":"/","ServerCertificateId":"ASCAEXAMPLEOLD","ServerCertificateName":"old","UploadDate":"2020-02-03T04:05:06Z"}
    shop iam:GetServerCertificate: {"CertificateBody":"-----BEGIN CERTIFICATE-----\nc2hvcA\n-----END CERTIFICATE-----","CertificateChain":"-----BEGIN CERTIFICATE-----\nYXV0aG9yaXR5\n-----END CERTIFICATE-----","Tags":[{"Key":"team","Value":"platform"},{"Key":"empty","Value":""}]}
    shop iam:ListServerCertificates: {"Arn":"arn:aws:iam::123456789012:server-certificate/cloudfront/shop","Expiration":"2027-01-02T03:04:05Z","Path":"/cloudfront/","ServerCertificateId":"ASCAEXAMPLESHOP","ServerCertificateName":"shop","UploadDate":"2026-01-02T03:04:05Z"}
    "#);
}

#[tokio::test]
async fn users_are_read() {
    assert_snapshot!(read("AWS::IAM::User").await, @r#"
    alice iam:GetAccessKeyLastUsed: {"AccessKeyLastUsed":[{"AccessKeyId":"AKIAEXAMPLE","LastUsedDate":"2026-11-12T13:14:15Z","Region":"us-east-1","ServiceName":"s3","Status":"Active"}]}
    alice iam:GetAccountAuthorizationDetails: {"Groups":["admins"],"ManagedPolicyArns":["arn:aws:iam::aws:policy/ReadOnlyAccess"],"PermissionsBoundary":"arn:aws:iam::123456789012:policy/boundary","Policies":[{"PolicyDocument":{"Statement":[{"Action":"*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"},"PolicyName":"all"}],"Tags":[{"Key":"team","Value":"platform"}]}
    alice iam:GetCredentialReport: {"(made)":"2026-11-20T06:30:00Z","AccessKeys":[[{"CreateDate":"2026-01-04T03:04:05Z","Status":"Active"}],[{"CreateDate":"2026-01-04T03:04:05Z","Status":"Active"},{"Status":"Inactive"}]],"CreateDate":"2026-01-02T03:04:05Z","LoginProfile":[{}],"MFADevices":[[{}],[{},{}],[{},{},{}],[{},{},{},{}],[{},{},{},{},{}],[{},{},{},{},{},{}],[{},{},{},{},{},{},{}],[{},{},{},{},{},{},{},{}]]}
    alice iam:GetLoginProfile: {"LoginProfile":{"CreateDate":"2026-01-02T03:04:05Z","PasswordResetRequired":false}}
    alice iam:ListAccessKeys: {"AccessKeys":[{"AccessKeyId":"AKIAEXAMPLE","CreateDate":"2026-01-04T03:04:05Z","Status":"Active"}]}
    alice iam:ListMFADevices: {"MFADevices":[{"EnableDate":"2026-01-03T03:04:05Z","SerialNumber":"arn:aws:iam::123456789012:mfa/alice"}]}
    alice iam:ListSSHPublicKeys: {"SSHPublicKeys":[{"SSHPublicKeyId":"APKAEXAMPLE","Status":"Active","UploadDate":"2026-01-05T03:04:05Z"}]}
    alice iam:ListServiceSpecificCredentials: {"ServiceSpecificCredentials":[{"CreateDate":"2026-01-07T03:04:05Z","ServiceName":"codecommit.amazonaws.com","ServiceSpecificCredentialId":"ACCAEXAMPLECODE","ServiceUserName":"alice-at-123456789012","Status":"Active"},{"CreateDate":"2026-01-08T03:04:05Z","ExpirationDate":"2026-04-08T03:04:05Z","ServiceName":"bedrock.amazonaws.com","ServiceSpecificCredentialId":"ACCAEXAMPLEMODEL","Status":"Suspended"}]}
    alice iam:ListSigningCertificates: {"SigningCertificates":[{"CertificateId":"TA7SMP42TDN5Z26OBPJE7EXAMPLE","Status":"Inactive","UploadDate":"2026-01-06T03:04:05Z"}]}
    alice iam:ListUsers: {"Arn":"arn:aws:iam::123456789012:user/team/alice","CreateDate":"2026-01-02T03:04:05Z","PasswordLastUsed":"2026-10-11T12:13:14Z","Path":"/team/","UserId":"AIDAEXAMPLE","UserName":"alice"}
    "#);
}

/// `N/A` is how IAM says that there is none, and no name of a service or a region.
#[tokio::test]
async fn a_key_that_was_never_used_has_neither_service_nor_region() {
    let never = "<GetAccessKeyLastUsedResponse><GetAccessKeyLastUsedResult><AccessKeyLastUsed>\
                 <ServiceName>N/A</ServiceName><Region>N/A</Region></AccessKeyLastUsed>\
                 </GetAccessKeyLastUsedResult></GetAccessKeyLastUsedResponse>";
    let mut all = whole(&answers("AWS::IAM::User"));
    for (answer, response) in &mut all {
        if answer.operation == "iam:GetAccessKeyLastUsed" {
            *response = Response::new(200, never);
        }
    }
    let server = serve(all).await;
    let users = everything(&live(&server).await, schema("AWS::IAM::User")).await;
    let found = shown(&users.resources()[0].facets[&"iam:GetAccessKeyLastUsed".into()]);
    let key = r#"{"AccessKeyLastUsed":[{"AccessKeyId":"AKIAEXAMPLE","Status":"Active"}]}"#;
    assert_eq!(found, key);
}
