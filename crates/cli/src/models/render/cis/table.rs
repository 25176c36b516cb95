//! The fourteen filters. Patterns are AWS's, to the last space.

use super::Filter;

/// By control.
pub(super) const TABLE: &[Filter] = &[
    Filter {
        control: 1,
        sections: ("3.3", Some("4.3")),
        name: "RootUsed",
        what: "The root user was used",
        pattern: r#"{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}"#,
    },
    Filter {
        control: 2,
        sections: ("3.1", None),
        name: "CallsRefused",
        what: "Calls were refused",
        pattern: r#"{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}"#,
    },
    Filter {
        control: 3,
        sections: ("3.2", None),
        name: "ConsoleLoginWithoutMfa",
        what: "Somebody signed in to the console without a second factor",
        pattern: r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }"#,
    },
    Filter {
        control: 4,
        sections: ("3.4", Some("4.4")),
        name: "IamPolicyChanged",
        what: "A policy of IAM was changed",
        pattern: r#"{($.eventName=DeleteGroupPolicy) || ($.eventName=DeleteRolePolicy) || ($.eventName=DeleteUserPolicy) || ($.eventName=PutGroupPolicy) || ($.eventName=PutRolePolicy) || ($.eventName=PutUserPolicy) || ($.eventName=CreatePolicy) || ($.eventName=DeletePolicy) || ($.eventName=CreatePolicyVersion) || ($.eventName=DeletePolicyVersion) || ($.eventName=AttachRolePolicy) || ($.eventName=DetachRolePolicy) || ($.eventName=AttachUserPolicy) || ($.eventName=DetachUserPolicy) || ($.eventName=AttachGroupPolicy) || ($.eventName=DetachGroupPolicy)}"#,
    },
    Filter {
        control: 5,
        sections: ("3.5", Some("4.5")),
        name: "TrailChanged",
        what: "A trail was changed",
        pattern: r#"{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || ($.eventName=StartLogging) || ($.eventName=StopLogging)}"#,
    },
    Filter {
        control: 6,
        sections: ("3.6", Some("4.6")),
        name: "ConsoleLoginFailed",
        what: "A sign-in to the console failed",
        pattern: r#"{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}"#,
    },
    Filter {
        control: 7,
        sections: ("3.7", Some("4.7")),
        name: "KeyDisabledOrDeleted",
        what: "A key was disabled, or its deletion scheduled",
        pattern: r#"{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}"#,
    },
    Filter {
        control: 8,
        sections: ("3.8", Some("4.8")),
        name: "BucketPolicyChanged",
        what: "The policy or another setting of a bucket was changed",
        pattern: r#"{($.eventSource=s3.amazonaws.com) && (($.eventName=PutBucketAcl) || ($.eventName=PutBucketPolicy) || ($.eventName=PutBucketCors) || ($.eventName=PutBucketLifecycle) || ($.eventName=PutBucketReplication) || ($.eventName=DeleteBucketPolicy) || ($.eventName=DeleteBucketCors) || ($.eventName=DeleteBucketLifecycle) || ($.eventName=DeleteBucketReplication))}"#,
    },
    Filter {
        control: 9,
        sections: ("3.9", Some("4.9")),
        name: "ConfigChanged",
        what: "AWS Config was changed",
        pattern: r#"{($.eventSource=config.amazonaws.com) && (($.eventName=StopConfigurationRecorder) || ($.eventName=DeleteDeliveryChannel) || ($.eventName=PutDeliveryChannel) || ($.eventName=PutConfigurationRecorder))}"#,
    },
    Filter {
        control: 10,
        sections: ("3.10", Some("4.10")),
        name: "SecurityGroupChanged",
        what: "A security group was changed",
        pattern: r#"{($.eventName=AuthorizeSecurityGroupIngress) || ($.eventName=AuthorizeSecurityGroupEgress) || ($.eventName=RevokeSecurityGroupIngress) || ($.eventName=RevokeSecurityGroupEgress) || ($.eventName=CreateSecurityGroup) || ($.eventName=DeleteSecurityGroup)}"#,
    },
    Filter {
        control: 11,
        sections: ("3.11", Some("4.11")),
        name: "NetworkAclChanged",
        what: "A network ACL was changed",
        pattern: r#"{($.eventName=CreateNetworkAcl) || ($.eventName=CreateNetworkAclEntry) || ($.eventName=DeleteNetworkAcl) || ($.eventName=DeleteNetworkAclEntry) || ($.eventName=ReplaceNetworkAclEntry) || ($.eventName=ReplaceNetworkAclAssociation)}"#,
    },
    Filter {
        control: 12,
        sections: ("3.12", Some("4.12")),
        name: "GatewayChanged",
        what: "A gateway was changed",
        pattern: r#"{($.eventName=CreateCustomerGateway) || ($.eventName=DeleteCustomerGateway) || ($.eventName=AttachInternetGateway) || ($.eventName=CreateInternetGateway) || ($.eventName=DeleteInternetGateway) || ($.eventName=DetachInternetGateway)}"#,
    },
    Filter {
        control: 13,
        sections: ("3.13", Some("4.13")),
        name: "RouteTableChanged",
        what: "A route table was changed",
        pattern: r#"{($.eventName=CreateRoute) || ($.eventName=CreateRouteTable) || ($.eventName=ReplaceRoute) || ($.eventName=ReplaceRouteTableAssociation) || ($.eventName=DeleteRouteTable) || ($.eventName=DeleteRoute) || ($.eventName=DisassociateRouteTable)}"#,
    },
    Filter {
        control: 14,
        sections: ("3.14", Some("4.14")),
        name: "VpcChanged",
        what: "A VPC was changed",
        pattern: r#"{($.eventName=CreateVpc) || ($.eventName=DeleteVpc) || ($.eventName=ModifyVpcAttribute) || ($.eventName=AcceptVpcPeeringConnection) || ($.eventName=CreateVpcPeeringConnection) || ($.eventName=DeleteVpcPeeringConnection) || ($.eventName=RejectVpcPeeringConnection) || ($.eventName=AttachClassicLinkVpc) || ($.eventName=DetachClassicLinkVpc) || ($.eventName=DisableVpcClassicLink) || ($.eventName=EnableVpcClassicLink)}"#,
    },
];
