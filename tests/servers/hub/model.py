"""AWS's model of Security Hub, and the checks by it that the validators have, too."""

import functools
import pathlib
import sys
from typing import Any

import botocore.session

sys.path.append(str(pathlib.Path(__file__).parents[2] / "validators"))

from asff import finding_problems, problems  # noqa: E402  (the folder is known only now)


@functools.cache
def service() -> Any:
    return botocore.session.get_session().get_service_model("securityhub")


@functools.cache
def operations() -> dict[tuple[str, str], str]:
    """Method and path of the operations that are here."""
    found = {}
    for name in ("BatchImportFindings", "GetFindings", "BatchUpdateFindings"):
        http = service().operation_model(name).http
        found[http["method"], http["requestUri"]] = name
    return found


def input_problems(operation: str, parameters: dict[str, Any]) -> list[str]:
    """What is wrong with the parameters of an operation."""
    return list(problems(service().operation_model(operation).input_shape, parameters, ""))


def shape_problems(finding: Any) -> list[str]:
    """What is wrong with a finding by the model and its descriptions."""
    return finding_problems(service().shape_for("AwsSecurityFinding"), finding)
