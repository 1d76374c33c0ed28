"""`explain`: a record, and where each of its values comes from."""


def test_a_record_is_told_value_by_value(cli, project):
    project.integration("accounts")
    assert cli("run", "accounts").code == 0
    shown = cli("explain", "accounts", "A1")
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0] == "accounts A1"
    assert lines[1].startswith("  created by accounts in run ")
    assert "mapped by accounts" in shown.out
    assert max(len(line) for line in lines if "never written" not in line) <= 90
    told = cli("explain", "accounts", "A1", "--json").json
    named = {each["attribute"]: each for each in told["values"] if each["written_by"]}
    assert named["account_name"]["written_by"]["integration"] == "accounts"


def test_what_is_not_there_is_said_with_the_next_move(cli, project):
    project.integration("accounts")
    assert "first run of an integration makes it" in cli("explain", "accounts", "A1").err
    cli("run", "accounts")
    missing = cli("explain", "accounts", "a1")
    assert (missing.code, "Did you mean A1?" in missing.err) == (1, True)
    assert "Did you mean accounts?" in cli("explain", "acounts", "A1").err
