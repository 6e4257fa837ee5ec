"""docs/openapi.json, and how to hold answers against it."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[2]


class Contract:
    def __init__(self):
        self.document = document = json.loads((ROOT / "docs/openapi.json").read_text())
        self.registry = Registry().with_resource("urn:openapi", DRAFT202012.create_resource(document))

    def check(self, name, value):
        schema = {"$ref": f"urn:openapi#/components/schemas/{name}"}
        validator = Draft202012Validator(schema, registry=self.registry, format_checker=FormatChecker())
        problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not problems, f"is no {name} as docs/openapi.json has it: {json.dumps(value)}\n" + "\n".join(problems)

    def check_answer(self, question, status, answer):
        """Every answer is as promised, and no question was answered that the schema refuses."""
        if status == 200:
            self.check("Answer", answer)
            self.check("Question", {"site": answer["site"], **question["ask"]})
        elif status in (400, 401, 404):
            self.check("Error", answer)

    def check_response(self, path, status, headers, body):
        """An answer to a POST has a status that is described, with its headers and a body of one of its schemas."""
        responses = self.document["paths"][path]["post"]["responses"]
        assert str(status) in responses, f"{path} answers {status}, which docs/openapi.json does not name"
        response = responses[str(status)]
        for name, header in response.get("headers", {}).items():
            if "$ref" in header:
                header = self.document["components"]["headers"][header["$ref"].rpartition("/")[2]]
            assert name in headers or not header.get("required"), f"{name} is missing with {status}"
            if name in headers:
                Draft202012Validator(header["schema"]).validate(headers[name])
        type = headers.get("Content-Type", "").partition(";")[0]
        assert type in response["content"], f"{status} is answered as {type}"
        if type == "application/json":
            parts = ("paths", path, "post", "responses", str(status), "content", type, "schema")
            pointer = "/".join(part.replace("/", "~1") for part in parts)
            schema = {"$ref": f"urn:openapi#/{pointer}"}
            Draft202012Validator(schema, registry=self.registry, format_checker=FormatChecker()).validate(json.loads(body))
