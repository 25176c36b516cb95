//! What actions give, by service: the actions whose names alone do not say it, and those that wildcards must find.
//!
//! The levels are those of the service authorization reference, "Actions, resources, and condition keys", of each
//! service, seen from an outsider: decrypting is reading, sending is writing, and whatever hands on access (a policy, a
//! grant, a role's credentials) is `permissions`. An action that no row names is told by its verb.

use crate::exposure::Access::{self, List, Permissions, Read, Write};

/// Service, level, names of actions. A pattern that matches one of them has the level.
pub(super) const LEVELS: &[(&str, Access, &str)] = &[
    ("s3", List, "ListBucket ListBucketVersions ListBucketMultipartUploads ListMultipartUploadParts"),
    ("s3", Read, "GetObject GetObjectVersion GetObjectAttributes GetObjectTorrent"),
    ("s3", Write, "PutObject DeleteObject DeleteObjectVersion RestoreObject DeleteBucket"),
    (
        "s3",
        Permissions,
        "PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutObjectAcl PutObjectVersionAcl \
         PutBucketPublicAccessBlock PutBucketOwnershipControls PutAccessPointPolicy DeleteAccessPointPolicy",
    ),
    ("kms", List, "DescribeKey ListKeys ListAliases ListGrants GetPublicKey GetKeyPolicy"),
    ("kms", Read, "Decrypt ReEncryptFrom DeriveSharedSecret"),
    (
        "kms",
        Write,
        "Encrypt ReEncryptTo GenerateDataKey Sign GenerateMac DisableKey ScheduleKeyDeletion ImportKeyMaterial",
    ),
    ("kms", Permissions, "PutKeyPolicy CreateGrant RetireGrant RevokeGrant"),
    ("sqs", List, "GetQueueAttributes GetQueueUrl ListQueues"),
    ("sqs", Read, "ReceiveMessage"),
    ("sqs", Write, "SendMessage DeleteMessage PurgeQueue DeleteQueue ChangeMessageVisibility"),
    ("sqs", Permissions, "SetQueueAttributes AddPermission RemovePermission"),
    ("sns", List, "GetTopicAttributes ListSubscriptionsByTopic"),
    // Who subscribes reads what is published from then on.
    ("sns", Read, "Subscribe Receive"),
    ("sns", Write, "Publish DeleteTopic"),
    ("sns", Permissions, "SetTopicAttributes AddPermission RemovePermission"),
    ("ecr", List, "DescribeImages DescribeRepositories ListImages BatchCheckLayerAvailability"),
    ("ecr", Read, "BatchGetImage GetDownloadUrlForLayer"),
    ("ecr", Write, "PutImage UploadLayerPart InitiateLayerUpload CompleteLayerUpload BatchDeleteImage"),
    ("ecr", Permissions, "SetRepositoryPolicy DeleteRepositoryPolicy"),
    ("secretsmanager", List, "DescribeSecret ListSecretVersionIds GetResourcePolicy"),
    ("secretsmanager", Read, "GetSecretValue BatchGetSecretValue"),
    ("secretsmanager", Write, "PutSecretValue UpdateSecret DeleteSecret RotateSecret"),
    ("secretsmanager", Permissions, "PutResourcePolicy DeleteResourcePolicy"),
    ("lambda", List, "GetFunctionConfiguration ListVersionsByFunction"),
    ("lambda", Read, "GetFunction GetLayerVersion"),
    // To run code is to change something.
    ("lambda", Write, "InvokeFunction InvokeFunctionUrl UpdateFunctionCode DeleteFunction"),
    ("lambda", Permissions, "AddPermission RemovePermission AddLayerVersionPermission"),
    ("es", List, "DescribeDomain ListDomainNames"),
    ("es", Read, "ESHttpGet ESHttpHead"),
    ("es", Write, "ESHttpPost ESHttpPut ESHttpDelete ESHttpPatch UpdateDomainConfig DeleteDomain"),
    ("glacier", List, "DescribeVault ListJobs ListParts ListMultipartUploads"),
    // A job fetches an archive or the inventory.
    ("glacier", Read, "InitiateJob GetJobOutput"),
    ("glacier", Write, "UploadArchive DeleteArchive DeleteVault"),
    ("glacier", Permissions, "SetVaultAccessPolicy DeleteVaultAccessPolicy"),
    ("elasticfilesystem", Read, "ClientMount"),
    ("elasticfilesystem", Write, "ClientWrite"),
    ("elasticfilesystem", Permissions, "ClientRootAccess PutFileSystemPolicy DeleteFileSystemPolicy"),
    ("backup", List, "DescribeBackupVault ListRecoveryPointsByBackupVault"),
    ("backup", Read, "StartRestoreJob CopyFromBackupVault"),
    ("backup", Write, "CopyIntoBackupVault DeleteRecoveryPoint DeleteBackupVault"),
    ("backup", Permissions, "PutBackupVaultAccessPolicy DeleteBackupVaultAccessPolicy"),
    ("glue", List, "GetDatabases SearchTables"),
    ("glue", Read, "GetTable GetTables GetPartitions"),
    ("glue", Write, "CreateTable UpdateTable DeleteTable CreateDatabase DeleteDatabase"),
    ("glue", Permissions, "PutResourcePolicy DeleteResourcePolicy"),
    ("logs", Read, "GetLogEvents FilterLogEvents StartQuery"),
    ("logs", Write, "PutLogEvents CreateLogStream DeleteLogGroup PutSubscriptionFilter"),
    ("events", Write, "PutEvents PutRule PutTargets DeleteRule"),
    ("events", Permissions, "PutPermission RemovePermission"),
    // The role's credentials: what they give, the role's policies say.
    ("sts", Permissions, "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity"),
];
