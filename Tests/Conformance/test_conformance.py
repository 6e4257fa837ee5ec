"""What Footfall counts, against answers that were worked out by hand: see README.md."""

import pytest
from jsonschema import Draft202012Validator
from run import compare, expand, parse, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(suite, contract, case):
    missing = suite.system.missing(case)
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    suite.run(case, contract.check_answer)


def test_the_description_is_valid_and_its_examples_fit(contract):
    schemas = contract.document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    operation = contract.document["paths"]["/api/v1/query"]["post"]
    contract.check("Question", operation["requestBody"]["content"]["application/json"]["example"])
    contract.check("Answer", operation["responses"]["200"]["content"]["application/json"]["example"])
    operation = contract.document["paths"]["/api/v1/events"]["post"]
    contract.check("ServerEvent", operation["requestBody"]["content"]["application/json"]["example"])
    contract.check("EventsAnswer", operation["responses"]["200"]["content"]["application/json"]["example"])


def differences(wanted, found):
    list_of_them = []
    compare(wanted, found, "answer", list_of_them)
    return list_of_them


@pytest.mark.parametrize(
    "found",
    [
        {"totals": {"visits": 2}},
        {"totals": {"visits": True}},
        {"totals": {"visits": "1"}},
        {"totals": {"visits": None}},
        {"totals": {}},
        {"totals": {"visits": 1, "visitors": 1}},
        {},
        [],
    ],
)
def test_the_judge_sees_wrong_totals(found):
    assert differences({"totals": {"visits": 1}}, found)


def test_the_judge_sees_wrong_rows():
    question = {"ask": {"metrics": ["visits"], "dimensions": ["page"]}, "table": [["/a", 2], ["/b", 1]]}
    rows = [{"keys": ["/a"], "metrics": {"visits": 2}}, {"keys": ["/b"], "metrics": {"visits": 1}}]
    wanted = expand(question)
    assert not differences(wanted, {"rows": rows, "row_count": 2})
    assert differences(wanted, {"rows": rows[::-1]})
    assert differences(wanted, {"rows": rows[:1]})
    assert differences(wanted, {"rows": [*rows, rows[0]]})


def test_the_judge_lets_a_billionth_pass_and_no_more():
    assert not differences({"totals": {"bounce_rate": 1 / 3}}, {"totals": {"bounce_rate": 1 / 3 + 1e-10}})
    assert differences({"totals": {"bounce_rate": 1 / 3}}, {"totals": {"bounce_rate": 0.3333}})


def test_comments_and_commas_within_texts_stay():
    text = '{ // comment\n a: "x // y, ]", /* b: 1, */ c_d: [1, 2, // last\n ], }'
    assert parse(text) == {"a": "x // y, ]", "c_d": [1, 2]}
