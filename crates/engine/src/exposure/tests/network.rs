//! Network ACLs, routes, guard rails, databases, endpoints and function URLs.

use super::*;

const NOTHING: [(Effect, Reach, &str); 0] = [];

fn entry(action: &str, rest: &str) -> Derived {
    request("ec2", action, &format!(r#"{{"networkAclId":"acl-1","ruleNumber":100,{rest}}}"#))
}

const ENTRY: [(Effect, Reach, &str); 1] = [(Effect::Opened, Reach::World, "nacl|ingress|100")];
const ENTRY_END: [(Effect, Reach, &str); 1] = [(Effect::Closed, Reach::World, "nacl|ingress|100")];

#[test]
fn an_entry_of_a_network_acl_opens_by_its_number() {
    let ssh = entry(
        "CreateNetworkAclEntry",
        r#""egress":false,"ruleAction":"allow","aclProtocol":"6","cidrBlock":"0.0.0.0/0","portRange":{"from":22,"to":22},"icmpTypeCode":{}"#,
    );
    assert_eq!(told(&ssh), ENTRY);
    let change = &ssh.changes[0];
    let network = change.network.as_ref().unwrap();
    assert_eq!((network.protocol.as_str(), &*network.services), ("tcp", &["ssh"][..]));
    assert_eq!(change.resource.arn.as_str(), "arn:aws:ec2:eu-west-1:111122223333:network-acl/acl-1");
    assert_eq!((change.surface, change.confidence), (Surface::NetworkAclIngress, Confidence::Medium));
    let all = entry(
        "CreateNetworkAclEntry",
        r#""egress":false,"ruleAction":"allow","aclProtocol":"-1","ipv6CidrBlock":"::/0","portRange":{}"#,
    );
    assert_eq!(told(&all), ENTRY);
    assert!(all.changes[0].network.as_ref().unwrap().all_ports);
    let ping = entry(
        "ReplaceNetworkAclEntry",
        r#""egress":false,"ruleAction":"allow","aclProtocol":"1","cidrBlock":"0.0.0.0/0","icmpTypeCode":{"code":-1,"type":8}"#,
    );
    assert_eq!(told(&ping), ENTRY);
    assert_eq!(ping.changes[0].network.as_ref().unwrap().ports, PortRange { from: 8, to: -1 });
    assert!(ping.changes[0].reason.contains("before"));
}

#[test]
fn an_entry_that_lets_nobody_in_ends_what_was_there() {
    for rest in [
        r#""egress":false,"ruleAction":"deny","aclProtocol":"6","cidrBlock":"0.0.0.0/0","portRange":{"from":22,"to":22}"#,
        r#""egress":false,"ruleAction":"allow","aclProtocol":"-1","cidrBlock":"10.0.0.0/8""#,
    ] {
        assert_eq!(told(&entry("CreateNetworkAclEntry", rest)), NOTHING, "{rest}");
        assert_eq!(told(&entry("ReplaceNetworkAclEntry", rest)), ENTRY_END, "{rest}");
    }
    assert_eq!(told(&entry("DeleteNetworkAclEntry", r#""egress":false"#)), ENTRY_END);
    let out = r#""egress":true,"ruleAction":"allow","aclProtocol":"-1","cidrBlock":"0.0.0.0/0""#;
    for action in ["CreateNetworkAclEntry", "ReplaceNetworkAclEntry", "DeleteNetworkAclEntry"] {
        let derived = entry(action, out);
        assert!(derived.changes.is_empty() && derived.undecidable.is_none(), "{action}");
        assert_eq!(entry(action, r#""x":1"#).undecidable, Some(Undecidable::UnknownShape), "{action}");
    }
}

fn route(action: &str, rest: &str) -> Derived {
    request("ec2", action, &format!(r#"{{"routeTableId":"rtb-1",{rest}}}"#))
}

#[test]
fn a_route_to_an_internet_gateway_opens() {
    let out = |effect| [(effect, Reach::World, "route|0.0.0.0/0")];
    let igw = r#""destinationCidrBlock":"0.0.0.0/0","gatewayId":"igw-1""#;
    let nat = r#""destinationCidrBlock":"0.0.0.0/0","natGatewayId":"nat-1""#;
    let change = route("CreateRoute", igw);
    assert_eq!(told(&change), out(Effect::Opened));
    assert_eq!(
        (change.changes[0].confidence, change.changes[0].verdict),
        (Confidence::Medium, Verdict::Unknown)
    );
    assert_eq!(told(&route("ReplaceRoute", igw)), out(Effect::Opened));
    assert_eq!(told(&route("CreateRoute", nat)), NOTHING);
    assert_eq!(told(&route("ReplaceRoute", nat)), out(Effect::Closed));
    assert_eq!(told(&route("DeleteRoute", r#""destinationCidrBlock":"0.0.0.0/0""#)), out(Effect::Closed));
    let v6 = r#""destinationIpv6CidrBlock":"::/0","gatewayId":"igw-1""#;
    assert_eq!(told(&route("CreateRoute", v6)), [(Effect::Opened, Reach::World, "route|::/0")]);
    let half = r#""destinationCidrBlock":"128.0.0.0/1","gatewayId":"igw-1""#;
    assert_eq!(told(&route("CreateRoute", half)), [(Effect::Opened, Reach::Broad, "route|128.0.0.0/1")]);
    assert_eq!(request("ec2", "DeleteRouteTable", r#"{"routeTableId":"rtb-1"}"#).changes.len(), 2);
}

#[test]
fn other_routes_open_nothing() {
    for rest in [
        r#""destinationIpv6CidrBlock":"::/0","egressOnlyInternetGatewayId":"eigw-1""#,
        r#""destinationCidrBlock":"0.0.0.0/0","transitGatewayId":"tgw-1""#,
        r#""destinationCidrBlock":"0.0.0.0/0","gatewayId":"vgw-1""#,
        r#""destinationCidrBlock":"203.0.113.0/24","gatewayId":"igw-1""#,
        r#""destinationPrefixListId":"pl-1","gatewayId":"igw-1""#,
    ] {
        let derived = route("CreateRoute", rest);
        assert!(derived.changes.is_empty() && derived.undecidable.is_none(), "{rest}");
    }
    let api = request("apigateway", "CreateRoute", r#"{"apiId":"a1","routeKey":"$default"}"#);
    assert!(api.changes.is_empty() && api.undecidable.is_none());
}

fn guard(action: &str, rest: &str) -> Vec<(Effect, String)> {
    let derived = derived("ec2", action, rest);
    assert!(derived.undecidable.is_none(), "{action}");
    derived.changes.iter().map(|change| (change.effect, change.resource.arn.to_string())).collect()
}

#[test]
fn guard_rails_of_a_region_are_lowered_and_raised() {
    let region = |name: &str| format!("arn:aws:ec2:eu-west-1:111122223333:{name}");
    let vpc = |mode: &str| {
        let request = format!(
            r#""requestParameters":{{"ModifyVpcBlockPublicAccessOptionsRequest":{{"InternetGatewayBlockMode":"{mode}"}}}}"#
        );
        guard("ModifyVpcBlockPublicAccessOptions", &request)
    };
    let options = region("vpc-block-public-access-options");
    assert_eq!(vpc("off"), [(Effect::Weakened, options.clone())]);
    assert_eq!(vpc("block-ingress"), [(Effect::Restored, options)]);
    let none = r#""requestParameters":{}"#;
    let image = region("image-block-public-access");
    assert_eq!(guard("DisableImageBlockPublicAccess", none), [(Effect::Weakened, image.clone())]);
    assert_eq!(guard("EnableImageBlockPublicAccess", none), [(Effect::Restored, image)]);
    let snapshot = region("snapshot-block-public-access");
    assert_eq!(guard("DisableSnapshotBlockPublicAccess", none), [(Effect::Weakened, snapshot.clone())]);
    for state in ["block-all-sharing", "block-new-sharing"] {
        let enable = format!(r#""requestParameters":{{"state":"{state}"}}"#);
        assert_eq!(guard("EnableSnapshotBlockPublicAccess", &enable), [(Effect::Restored, snapshot.clone())]);
    }
    let unknown = request("ec2", "ModifyVpcBlockPublicAccessOptions", r#"{"internetGatewayBlockMode":"x"}"#);
    assert_eq!(unknown.undecidable, Some(Undecidable::UnknownShape));
}

#[test]
fn an_exclusion_is_ended_by_its_id() {
    let create = |mode: &str| {
        let rest = format!(
            r#""requestParameters":{{"CreateVpcBlockPublicAccessExclusionRequest":{{"VpcId":"vpc-1",
                "InternetGatewayExclusionMode":"{mode}"}}}},"responseElements":{{"CreateVpcBlockPublicAccessExclusionResponse":
                {{"vpcBlockPublicAccessExclusion":{{"exclusionId":"vpcbpa-exclude-1"}}}}}}"#
        );
        guard("CreateVpcBlockPublicAccessExclusion", &rest)
    };
    let arn =
        "arn:aws:ec2:eu-west-1:111122223333:vpc-block-public-access-exclusion/vpcbpa-exclude-1".to_owned();
    assert_eq!(create("allow-bidirectional"), [(Effect::Weakened, arn.clone())]);
    assert_eq!(create("allow-egress"), []);
    let wrapped = |action: &str, more: &str| {
        let rest = format!(
            r#""requestParameters":{{"{action}Request":{{"ExclusionId":"vpcbpa-exclude-1"{more}}}}}"#
        );
        guard(action, &rest)
    };
    assert_eq!(wrapped("DeleteVpcBlockPublicAccessExclusion", ""), [(Effect::Restored, arn.clone())]);
    let egress = r#","InternetGatewayExclusionMode":"allow-egress""#;
    assert_eq!(wrapped("ModifyVpcBlockPublicAccessExclusion", egress), [(Effect::Restored, arn)]);
}

#[test]
fn groups_of_databases_and_clusters_take_in_networks() {
    for (source, action, name) in [
        ("rds", "DBSecurityGroupIngress", "dBSecurityGroupName"),
        ("redshift", "ClusterSecurityGroupIngress", "clusterSecurityGroupName"),
    ] {
        let call = |verb: &str, peer: &str| {
            request(source, &format!("{verb}{action}"), &format!(r#"{{"{name}":"Old",{peer}}}"#))
        };
        let world = r#""cIDRIP":"0.0.0.0/0""#;
        let facet = "ingress|0.0.0.0/0";
        let opened = call("Authorize", world);
        assert_eq!(told(&opened), [(Effect::Opened, Reach::World, facet)]);
        assert_eq!(opened.changes[0].resource.name, "old");
        assert_eq!(told(&call("Revoke", world)), [(Effect::Closed, Reach::World, facet)]);
        assert_eq!(told(&call("Authorize", r#""cIDRIP":"203.0.113.0/24""#)), NOTHING);
        let group = call("Authorize", r#""eC2SecurityGroupName":"web","eC2SecurityGroupOwnerId":"1""#);
        assert!(group.changes.is_empty() && group.undecidable.is_none());
        assert_eq!(call("Authorize", r#""x":1"#).undecidable, Some(Undecidable::UnknownShape));
    }
}

const PUBLIC: [(Effect, Reach, &str); 1] = [(Effect::Opened, Reach::World, "public_endpoint")];
const PRIVATE: [(Effect, Reach, &str); 1] = [(Effect::Closed, Reach::World, "public_endpoint")];

#[test]
fn a_database_with_a_public_address_is_exposed_until_it_has_none() {
    let id = r#""dBInstanceIdentifier":"Orders""#;
    let call = |action: &str, rest: &str| request("rds", action, &format!("{{{id}{rest}}}"));
    for action in ["CreateDBInstance", "CreateDBInstanceReadReplica", "ModifyDBInstance"] {
        let opened = call(action, r#","publiclyAccessible":true"#);
        assert_eq!(told(&opened), PUBLIC, "{action}");
        assert_eq!(opened.changes[0].resource.arn.as_str(), "arn:aws:rds:eu-west-1:111122223333:db:orders");
        assert_eq!(opened.changes[0].confidence, Confidence::Medium);
    }
    assert_eq!(told(&call("ModifyDBInstance", r#","publiclyAccessible":false"#)), PRIVATE);
    assert_eq!(told(&call("CreateDBInstance", r#","publiclyAccessible":false"#)), NOTHING);
    assert_eq!(told(&call("DeleteDBInstance", "")), PRIVATE);
    let cluster = r#"{"dBClusterIdentifier":"c","publiclyAccessible":true}"#;
    assert_eq!(told(&request("rds", "CreateDBCluster", cluster)), PUBLIC);
    assert_eq!(told(&request("rds", "DeleteDBCluster", r#"{"dBClusterIdentifier":"c"}"#)), PRIVATE);
}

#[test]
fn the_answer_tells_what_the_service_chose() {
    let restored = r#""requestParameters":{"sourceDBInstanceIdentifier":"a","targetDBInstanceIdentifier":"b"},
        "responseElements":{"dBInstanceIdentifier":"b","publiclyAccessible":true}"#;
    let restored = derived("rds", "RestoreDBInstanceToPointInTime", restored);
    assert_eq!(told(&restored), PUBLIC);
    assert_eq!(restored.changes[0].resource.name, "b");
    // A change of something else repeats in its answer what was so before.
    let modified = r#""requestParameters":{"dBInstanceIdentifier":"b","allocatedStorage":20},
        "responseElements":{"dBInstanceIdentifier":"b","publiclyAccessible":true}"#;
    assert_eq!(told(&derived("rds", "ModifyDBInstance", modified)), NOTHING);
}

#[test]
fn warehouses_and_replication_instances_have_addresses_too() {
    let warehouse = |action: &str, rest: &str| {
        request("redshift", action, &format!(r#"{{"clusterIdentifier":"w"{rest}}}"#))
    };
    assert_eq!(told(&warehouse("CreateCluster", r#","publiclyAccessible":true"#)), PUBLIC);
    assert_eq!(told(&warehouse("CreateCluster", "")), NOTHING);
    assert_eq!(told(&warehouse("ModifyCluster", r#","publiclyAccessible":false"#)), PRIVATE);
    assert_eq!(told(&warehouse("DeleteCluster", "")), PRIVATE);
    let arn = "arn:aws:dms:eu-west-1:111122223333:rep:ABC";
    let made = |public: &str| {
        let rest = format!(
            r#""requestParameters":{{"replicationInstanceIdentifier":"m"{public}}},"responseElements":
                {{"replicationInstance":{{"replicationInstanceArn":"{arn}"}}}}"#
        );
        derived("dms", "CreateReplicationInstance", &rest)
    };
    assert_eq!(told(&made("")), PUBLIC);
    assert_eq!(told(&made(r#","publiclyAccessible":false"#)), NOTHING);
    let gone =
        request("dms", "DeleteReplicationInstance", &format!(r#"{{"replicationInstanceArn":"{arn}"}}"#));
    assert_eq!(told(&gone), PRIVATE);
    assert_eq!(gone.changes[0].resource, made("").changes[0].resource);
}

#[test]
fn the_endpoint_of_a_kubernetes_cluster_has_networks() {
    let call = |action: &str, config: &str| {
        request("eks", action, &format!(r#"{{"name":"k","resourcesVpcConfig":{{{config}}}}}"#))
    };
    let created = call("CreateCluster", r#""subnetIds":["subnet-1"]"#);
    assert_eq!(told(&created), PUBLIC);
    assert_eq!(created.changes[0].confidence, Confidence::High);
    let few = r#""endpointPublicAccess":true,"publicAccessCidrs":["203.0.113.0/24"]"#;
    assert_eq!(told(&call("CreateCluster", few)), NOTHING);
    assert_eq!(told(&call("UpdateClusterConfig", few)), PRIVATE);
    assert_eq!(told(&call("CreateCluster", r#""endpointPublicAccess":false"#)), NOTHING);
    assert_eq!(told(&call("UpdateClusterConfig", r#""endpointPublicAccess":false"#)), PRIVATE);
    assert_eq!(told(&call("UpdateClusterConfig", r#""endpointPrivateAccess":true"#)), NOTHING);
    let halves = r#""endpointPublicAccess":true,"publicAccessCidrs":["0.0.0.0/1","128.0.0.0/1"]"#;
    assert_eq!(told(&call("UpdateClusterConfig", halves)), PUBLIC);
    let unsure = call("UpdateClusterConfig", r#""publicAccessCidrs":["0.0.0.0/0"]"#);
    assert_eq!((told(&unsure), unsure.changes[0].confidence), (PUBLIC.to_vec(), Confidence::Medium));
    let logging = request("eks", "UpdateClusterConfig", r#"{"name":"k","logging":{}}"#);
    assert!(logging.changes.is_empty() && logging.undecidable.is_none());
    assert_eq!(told(&request("eks", "DeleteCluster", r#"{"name":"k"}"#)), PRIVATE);
    assert!(request("ecs", "DeleteCluster", r#"{"cluster":"k"}"#).changes.is_empty());
}

#[test]
fn a_function_url_without_auth_opens() {
    let call = |action: &str, rest: &str| request("lambda", action, &format!("{{{rest}}}"));
    let open = r#""functionName":"f","authType":"NONE""#;
    let signed = r#""functionName":"f","authType":"AWS_IAM""#;
    let facet = |effect, facet| [(effect, Reach::World, facet)];
    for action in ["CreateFunctionUrlConfig", "CreateFunctionUrlConfig20211031", "UpdateFunctionUrlConfig"] {
        let change = call(action, open);
        assert_eq!(told(&change), facet(Effect::Opened, "function_url"), "{action}");
        assert_eq!(change.changes[0].verdict, Verdict::Unknown);
    }
    assert_eq!(told(&call("CreateFunctionUrlConfig", signed)), NOTHING);
    assert_eq!(told(&call("UpdateFunctionUrlConfig", signed)), facet(Effect::Closed, "function_url"));
    assert_eq!(told(&call("UpdateFunctionUrlConfig", r#""functionName":"f","cors":{}"#)), NOTHING);
    assert_eq!(
        told(&call("DeleteFunctionUrlConfig", r#""functionName":"f","qualifier":"live""#)),
        facet(Effect::Closed, "function_url|live")
    );
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    for name in [arn.to_owned(), "111122223333:function:f".to_owned(), format!("{arn}:live")] {
        let change =
            call("CreateFunctionUrlConfig", &format!(r#""functionName":"{name}","authType":"NONE""#));
        assert_eq!(change.changes[0].resource.arn.as_str(), arn, "{name}");
        let expected = if name.ends_with("live") { "function_url|live" } else { "function_url" };
        assert_eq!(change.changes[0].facet, expected);
    }
}

#[test]
fn a_modified_rule_for_outbound_traffic_is_no_way_in() {
    let derived = request(
        "ec2",
        "ModifySecurityGroupRules",
        r#"{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":[{"SecurityGroupRuleId":"sgr-1",
            "SecurityGroupRule":{"IsEgress":true,"CidrIpv4":"0.0.0.0/0","IpProtocol":"-1"}}]}}"#,
    );
    assert!(derived.changes.is_empty() && derived.undecidable.is_none());
}

proptest! {
    /// A deletion names the number alone, and must still end what the entry opened.
    #[test]
    fn a_deleted_entry_ends_what_it_opened(
        number in 1u32..32767,
        protocol in prop::sample::select(vec!["-1", "6", "17", "1", "47"]),
        cidr in prop::sample::select(vec!["0.0.0.0/0", "::/0", "8.0.0.0/7", "10.0.0.0/8", "203.0.113.7/32"]),
    ) {
        let id = format!(r#""networkAclId":"acl-1","ruleNumber":{number},"egress":false"#);
        let key = if cidr.contains(':') { "ipv6CidrBlock" } else { "cidrBlock" };
        let made = format!(r#"{{{id},"ruleAction":"allow","aclProtocol":"{protocol}","{key}":"{cidr}"}}"#);
        let made = request("ec2", "CreateNetworkAclEntry", &made);
        let gone = request("ec2", "DeleteNetworkAclEntry", &format!("{{{id}}}"));
        for change in &made.changes {
            prop_assert_eq!(&change.facet, &gone.changes[0].facet);
            prop_assert_eq!(&change.resource, &gone.changes[0].resource);
        }
        prop_assert_eq!(made.changes.is_empty(), cidr.starts_with("10.") || cidr.starts_with("203."));
    }

    /// The endpoint is open exactly where one network, or all together, are the internet or a large part of it.
    #[test]
    fn networks_of_an_endpoint_are_taken_together(
        networks in prop::collection::vec(
            prop::sample::select(vec!["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.0.0.0/8", "203.0.113.0/24", "10.0.0.0/8"]), 1..5,
        ),
    ) {
        let has = |net: &str| networks.contains(&net);
        let whole = has("0.0.0.0/0") || (has("0.0.0.0/1") && has("128.0.0.0/1"));
        let broad = has("0.0.0.0/1") || has("128.0.0.0/1") || has("8.0.0.0/8");
        let listed: Vec<String> = networks.iter().map(|net| format!("\"{net}\"")).collect();
        let config = format!(r#""endpointPublicAccess":true,"publicAccessCidrs":[{}]"#, listed.join(","));
        let derived =
            request("eks", "UpdateClusterConfig", &format!(r#"{{"name":"k","resourcesVpcConfig":{{{config}}}}}"#));
        let expected = match (whole, broad) {
            (true, _) => (Effect::Opened, Reach::World),
            (_, true) => (Effect::Opened, Reach::Broad),
            _ => (Effect::Closed, Reach::World),
        };
        prop_assert_eq!((derived.changes[0].effect, derived.changes[0].reach), expected);
    }
}
