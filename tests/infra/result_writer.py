#!/usr/bin/env python3
"""The stand-in of AWS with what it lacks of the Distributed Map: `ResultWriter`, `MaxConcurrencyPath`, inventories.

    python3 tests/infra/result_writer.py        # in the place of: python3 -m ministack

What is written is as the Step Functions developer guide has it ("ResultWriter (Map)"): a manifest and, by the end that they
came to, lists of child executions with their input, output, error and cause, under the prefix and the name of the map run. An
inventory is read as the S3 user guide describes it ("Amazon S3 Inventory list"): compressed CSV without a header.
"""

import csv
import gzip
import io
import json
from typing import Any

from ministack.services import s3, stepfunctions

original = stepfunctions._run_distributed_map
read_items = stepfunctions._read_map_items


def record(child: dict[str, Any]) -> dict[str, Any]:
    names = {
        "executionArn": "ExecutionArn",
        "input": "Input",
        "inputDetails": "InputDetails",
        "name": "Name",
        "output": "Output",
        "outputDetails": "OutputDetails",
        "startDate": "StartDate",
        "stateMachineArn": "StateMachineArn",
        "status": "Status",
        "stopDate": "StopDate",
        "error": "Error",
        "cause": "Cause",
    }
    return {new: child[old] for old, new in names.items() if child.get(old) is not None}


def put(bucket: str, key: str, body: Any) -> int:
    text = json.dumps(body).encode()
    answer = s3._put_object(bucket, key, text, {"content-type": "application/json"})
    if answer[0] != 200:
        raise stepfunctions._ExecutionError("States.ResultWriterFailed", str(answer[2]))
    return len(text)


def run(state: Any, raw: Any, effective: Any, iterator: Any, execution: Any, context: Any) -> Any:
    writer = state.get("ResultWriter")
    bare = {name: value for name, value in state.items() if name not in ("ResultPath", "ResultSelector", "OutputPath")}
    if path := state.get("MaxConcurrencyPath"):
        bare["MaxConcurrency"] = stepfunctions._resolve_path_or_ctx(path, effective, context)
    before = set(stepfunctions._map_runs)
    results, following = original(bare, raw, effective, iterator, execution, context)
    if writer:
        [arn] = set(stepfunctions._map_runs) - before
        results = written(writer, arn, effective, context)
    output = stepfunctions._apply_result_selector(state, results)
    output = stepfunctions._apply_result_path(state, raw, output)
    return stepfunctions._apply_output_path(state, output, context), following


def items(reader: Any, effective: Any, context: Any) -> Any:
    if reader.get("ReaderConfig", {}).get("InputType") != "MANIFEST":
        return read_items(reader, effective, context)
    place = stepfunctions._resolve_params_obj(reader["Parameters"], effective, context)
    manifest = json.loads(s3._get_object(place["Bucket"], place["Key"], {}, {})[2])
    names = [name.strip() for name in manifest["fileSchema"].split(",")]
    bucket = manifest["destinationBucket"].removeprefix("arn:aws:s3:::")
    found = []
    for file in manifest["files"]:
        text = gzip.decompress(s3._get_object(bucket, file["key"], {}, {})[2]).decode()
        found += [dict(zip(names, row, strict=True)) for row in csv.reader(io.StringIO(text))]
    return found


def written(writer: Any, arn: str, effective: Any, context: Any) -> Any:
    place = stepfunctions._resolve_params_obj(writer["Parameters"], effective, context)
    folder = f"{place['Prefix'].rstrip('/')}/{arn.rsplit(':', 1)[1]}"
    children = [record(it) for it in stepfunctions._executions.values() if it.get("mapRunArn") == arn]
    files: dict[str, list[Any]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for end in ("FAILED", "SUCCEEDED"):
        of_them = [it for it in children if (it["Status"] == "SUCCEEDED") == (end == "SUCCEEDED")]
        # Two lists of each, as a long history has more than one.
        for number, part in enumerate((of_them[::2], of_them[1::2])):
            if part:
                key = f"{folder}/{end}_{number}.json"
                files[end].append({"Key": key, "Size": put(place["Bucket"], key, part)})
    manifest = {"DestinationBucket": place["Bucket"], "MapRunArn": arn, "ResultFiles": files}
    put(place["Bucket"], f"{folder}/manifest.json", manifest)
    details = {"Bucket": place["Bucket"], "Key": f"{folder}/manifest.json"}
    return {"MapRunArn": arn, "ResultWriterDetails": details}


if __name__ == "__main__":
    from ministack.app import main

    stepfunctions._run_distributed_map = run
    stepfunctions._read_map_items = items
    main()
