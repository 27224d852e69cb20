"""Rules as values, and texts of the plan inside them."""

import promql_parser
import pytest
import yaml

from streams.sinks.rules.rule import quoted


@pytest.mark.parametrize("name", ["waste", 'a "line" \\ of\nmany', "Bürgeramt, café", "{{ x }}"])
def test_a_name_is_the_same_in_promql_and_in_yaml_whatever_stands_in_it(name: str) -> None:
    selector = promql_parser.parse(f"contact_plan_line:open{{line={quoted(name)}}}")
    assert isinstance(selector, promql_parser.VectorSelector)
    (matcher,) = selector.matchers.matchers
    assert matcher.value == name
    assert yaml.safe_load(f"name: {quoted(name)}") == {"name": name}


def test_letters_of_other_languages_stay_legible() -> None:
    assert quoted("Bürgeramt") == '"Bürgeramt"'
