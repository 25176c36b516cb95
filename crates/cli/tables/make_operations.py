"""Makes `operations.txt`: which event sources CloudTrail knows, and the event names of each.

    python -m pip install -r tests/validators/requirements.txt
    python crates/cli/tables/make_operations.py

With `--check` nothing is written; the exit code is 1 if the file is not what would be.

Two sources. The operations of AWS's services are read from the service models in botocore (names only). What CloudTrail
writes and no model has (sign-in, events that services make by themselves, other spellings) is in `beside_operations.txt`,
written by hand, each block with the page of AWS's documentation that it is from.

Each model gives the host and the signing name of its service; `eventSource` is one of the two with `.amazonaws.com`
behind it, and which is written nowhere, so both are taken. Exceptions are below.
"""

import pathlib
import re
import sys

import botocore
import botocore.session

HERE = pathlib.Path(__file__).parent

# Services whose `eventSource` is neither their host nor their signing name.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-aws-service-specific-topics.html
SOURCES = {
    "application-autoscaling": ["autoscaling", "application-autoscaling"],
    "autoscaling-plans": ["autoscaling", "autoscaling-plans"],
    "cognito-identity": ["cognito-identity", "cognito-sync"],
    "detective": ["detective"],
    "ds": ["ds", "clouddirectory"],
    "dynamodbstreams": ["dynamodb"],
    "location": ["geo", "places.geo", "maps.geo", "routes.geo", "geofencing.geo", "tracking.geo"],
    "macie2": ["macie2", "macie"],
    "pinpoint-sms-voice": ["sms-voice"],
    "resourcegroupstaggingapi": ["tagging", "resourcegroupstaggingapi"],
    "ses": ["ses", "email"],
    "sesv2": ["ses", "email"],
    "sso": ["sso", "portal.sso", "awsssoportal"],
    "sso-admin": ["sso"],
    "sso-oidc": ["sso", "sso-oauth", "sso-oidc", "oidc"],
    "timestream-query": ["timestream", "query.timestream"],
    "timestream-write": ["timestream", "ingest.timestream"],
}


def sources(name, metadata):
    """The first parts of the event sources of a service."""
    if name in SOURCES:
        return SOURCES[name]
    host, signing = metadata["endpointPrefix"], metadata.get("signingName")
    found = {signing} if signing else set()
    if host.endswith(".marketplace"):
        found.add(host.replace(".", "-"))
    elif "." not in host:
        found.add(host)
    elif not signing:
        found.add(host.rsplit(".", 1)[-1])
    return sorted(source.lower() for source in found)


def spellings(name, version, operation, model):
    """How CloudTrail writes an operation: Lambda and CloudFront put the version of the call behind its name."""
    yield operation
    if name == "lambda":
        dated = re.match(r"/(\d{4})-(\d\d)-(\d\d)/", model["http"]["requestUri"])
        if dated:
            yield operation + "".join(dated.groups())
            yield operation + "".join(dated.groups()) + "v2"
    if name == "cloudfront":
        yield f"{operation}{version.replace('-', '_')}"


def by_hand():
    """Lines of `source name name ...`; `#` starts a comment."""
    for line in (HERE / "beside_operations.txt").read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words:
            yield words[0], words[1:]


def main():
    loader = botocore.session.Session().get_component("data_loader")
    table = {}
    for name in loader.list_available_services("service-2"):
        for version in loader.list_api_versions(name, "service-2"):
            model = loader.load_service_model(name, "service-2", version)
            for source in sources(name, model["metadata"]):
                names = table.setdefault(source, set())
                for operation, shape in model["operations"].items():
                    names.update(spellings(name, version, operation, shape))
    for source, names in by_hand():
        table.setdefault(source, set()).update(names)
    lines = [
        "# Event sources of CloudTrail (without `.amazonaws.com`), each with its event names.",
        f"# Made by make_operations.py from the service models of botocore {botocore.__version__} and from",
        "# beside_operations.txt; do not edit.",
    ]
    lines += [" ".join([source, *sorted(table[source])]) for source in sorted(table)]
    text = "\n".join(lines) + "\n"
    print(f"{len(table)} sources, {sum(map(len, table.values()))} names")
    if "--check" in sys.argv:
        return 0 if (HERE / "operations.txt").read_text(encoding="utf-8") == text else 1
    (HERE / "operations.txt").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
