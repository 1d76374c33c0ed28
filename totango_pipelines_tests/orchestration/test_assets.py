import json
import os
from pathlib import Path

import dagster as dg
import pytest

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.sync.environment import Environment

pytestmark = [
    # Dagster's own code, under Python 3.11 and pydantic 2.14.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_shared.*"),
]

STEPS = ("extract", "preview", "mapped", "upsert", "conflicts")
COUNTS = {
    *("rows_read", "created", "updated", "unchanged", "stale", "skipped_new", "conflicts"),
    *("conflicts_resolved", "duplicates", "rejected", "stub_accounts", "absent", "removed"),
}


def check(result, name):
    (found,) = [c for c in result.get_asset_check_evaluations() if c.check_name == name]
    return found


def outcome(evaluation):
    return evaluation.passed, evaluation.severity


def failure(result):
    (event,) = [e for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    return event.step_failure_data.user_failure_data


def failed_step(result):
    (event,) = [e for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    return event.step_key.rpartition("__")[2]


def retries(result):
    return [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]


def spec(definitions, *key):
    wanted = dg.AssetKey(key)
    (found,) = [each for each in definitions.resolve_all_asset_specs() if each.key == wanted]
    return found


WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


class TestDefinitions:
    def test_an_integration_is_five_assets_of_one_group_in_a_job_of_its_name(self, bench):
        definitions = bench.definitions()
        job = definitions.resolve_job_def("companies")
        keys = [("companies", step) for step in STEPS]
        assert {tuple(key.path) for key in job.asset_layer.executable_asset_keys} == set(keys)
        for key in keys:
            found = spec(definitions, *key)
            assert found.group_name == "companies"
            assert found.owners == ["team:data-oncall", "ops@example.com"]
            assert found.description
            assert found.code_version

    def test_each_step_says_what_it_is_made_with(self, bench):
        definitions = bench.definitions()
        kinds = {step: spec(definitions, "companies", step).kinds for step in STEPS}
        assert kinds == {
            "extract": {"sqlite", "parquet"},
            "preview": {"table"},
            "mapped": {"pandera", "parquet"},
            "upsert": {"duckdb", "totango"},
            "conflicts": {"table"},
        }

    def test_the_steps_follow_one_another(self, bench):
        definitions = bench.definitions()

        def deps(step):
            return {tuple(dep.asset_key.path) for dep in spec(definitions, "companies", step).deps}

        assert deps("extract") == {("crm", "company")}
        assert deps("preview") == {("companies", "extract")}
        assert deps("mapped") == {("companies", "preview")}
        assert deps("upsert") == {("companies", "mapped")}

    def test_query_connection_mapping_with_notes_and_settings_can_be_read(self, bench):
        definitions = bench.definitions()
        extract = spec(definitions, "companies", "extract").metadata
        assert "SELECT id, name, seats, country FROM company" in extract["query"].value
        assert extract["connection"] == "crm"
        assert extract["file"] == "integrations/companies.yaml"
        mapping = spec(definitions, "companies", "mapped").metadata["mapping"]
        assert [record.data for record in mapping.records][1] == {
            "attribute": "account_name",
            "from": "column name",
            "source_format": "",
            "blank": "keep",
            "on_error": "reject_row",
            "note": "trial accounts have no name",
        }
        settings = spec(definitions, "companies", "upsert").metadata["settings"].value
        assert settings["reject_allowance"] == 1
        assert settings["allow_new"] is True

    @pytest.mark.parametrize("step", ["mapped", "upsert"])
    def test_the_hub_s_columns_say_where_their_values_come_from(self, bench, step):
        metadata = spec(bench.definitions(), "companies", step).metadata
        columns = metadata["dagster/column_schema"].columns
        assert [(column.name, column.type) for column in columns] == [
            ("account_id", "text"),
            ("account_name", "text"),
            ("seats", "number"),
            ("country", "text"),
        ]
        assert columns[1].description == "from column name (trial accounts have no name)"

    def test_tables_and_upstream_keys_stand_in_the_graph(self, bench):
        text = bench.folder / "integrations" / "companies.yaml"
        text.write_text(text.read_text() + "upstream: [warehouse/public/accounts]\n")
        definitions = bench.definitions()
        for key in (("crm", "company"), ("warehouse", "public", "accounts")):
            assert spec(definitions, *key).group_name == "warehouse"
        deps = {tuple(d.asset_key.path) for d in spec(definitions, "companies", "extract").deps}
        assert deps == {("crm", "company"), ("warehouse", "public", "accounts")}

    def test_an_integration_may_wait_for_another_one(self, bench):
        waits = "upstream: [companies/upsert]\n"
        bench.declare(COMPANIES_AGAIN + waits)
        definitions = bench.definitions()
        deps = {tuple(d.asset_key.path) for d in spec(definitions, "again", "extract").deps}
        assert ("companies", "upsert") in deps
        assert bench.run("again").success

    def test_integrations_that_wait_for_each_other_load_without_the_circle(self, bench):
        text = bench.folder / "integrations" / "companies.yaml"
        text.write_text(text.read_text() + "upstream: [again/upsert, companies/upsert, b/c]\n")
        bench.declare(COMPANIES_AGAIN + "upstream: [companies/upsert]\n")
        definitions = bench.definitions()
        dg.Definitions.validate_loadable(definitions)
        deps = {tuple(d.asset_key.path) for d in spec(definitions, "companies", "extract").deps}
        assert deps == {("crm", "company"), ("b", "c")}

    def test_a_broken_file_is_an_invalid_asset_with_its_errors_and_the_others_load(self, bench):
        bench.declare("id: broken\nname: Broken\nobjekt: accounts\n")
        bench.declare("id: [\n", name="unreadable")
        (bench.folder / "integrations" / "broken.yml").write_text("id: broken\n")
        definitions = bench.definitions()
        dg.Definitions.validate_loadable(definitions)
        invalid = spec(definitions, "invalid", "broken.yaml")
        assert invalid.group_name == "invalid"
        assert "integrations/broken.yaml:3 objekt" in invalid.description
        assert invalid.metadata["problems"] > 1
        assert spec(definitions, "invalid", "unreadable.yaml").description
        assert bench.run().success

    def test_broken_connections_and_a_broken_catalogue_show_up_too(self, bench):
        (bench.folder / "connections.yaml").write_text("connections: {crm: {type: oracle}}\n")
        (bench.folder / "catalog.yaml").write_text("attributs: {}\n")
        definitions = bench.definitions()
        dg.Definitions.validate_loadable(definitions)
        for name in ("connections.yaml", "catalog.yaml", "companies.yaml"):
            assert spec(definitions, "invalid", name).description

    @pytest.mark.parametrize("name", ["config", "type", "import", "class"])
    def test_a_name_that_dagster_reserves_hides_no_other_integration(self, bench, name):
        bench.declare(COMPANIES_AGAIN.replace("id: again", f"id: {name}"))
        definitions = bench.definitions()
        dg.Definitions.validate_loadable(definitions)
        refused = spec(definitions, "invalid", f"{name}.yaml").description
        assert f"integrations/{name}.yaml:1 id '{name}' is a name that is taken" in refused
        assert definitions.resolve_job_def("companies")

    def test_a_hub_url_of_nonsense_keeps_nothing_from_loading(self, bench):
        environment = Environment.of(
            {"TOTANGO_PROJECT": str(bench.folder), "TOTANGO_HUB_URL": "/a folder/é"}, bench.folder
        )
        definitions = build_definitions(load_project(bench.folder), environment)
        dg.Definitions.validate_loadable(definitions)
        assert spec(definitions, "companies", "upsert").kinds == {"hub", "totango"}

    def test_a_project_that_is_not_there_says_so(self, bench):
        missing = bench.folder / "nowhere"
        definitions = build_definitions(load_project(missing), bench.environment)
        assert "TOTANGO_PROJECT" in spec(definitions, "invalid", "nowhere").description

    def test_a_run_can_be_asked_for_a_mode_and_nothing_else(self, bench):
        job = bench.definitions().resolve_job_def("companies")
        for config in (
            {"ops": {"companies__extract": {"config": {"query": "SELECT 1"}}}},
            {"ops": {"companies__extract": {"config": {"mode": "everything"}}}},
        ):
            with pytest.raises(dg.DagsterInvalidConfigError):
                job.execute_in_process(instance=bench.instance, run_config=config)
        elsewhere = str(bench.folder / "elsewhere")
        config = {"resources": {"totango": {"config": {"home": elsewhere}}}}
        assert job.execute_in_process(instance=bench.instance, run_config=config).success
        assert not Path(elsewhere).exists()
        assert len(bench.hub("FROM accounts")) == 3


COMPANIES_AGAIN = """\
id: again
name: Companies again
connection: crm
object: accounts
query: SELECT id, name FROM company
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, column: name}
"""


class TestARun:
    def test_counts_are_whole_numbers_that_dagster_can_plot(self, bench):
        result = bench.run()
        assert result.success
        metadata = bench.metadata("upsert")
        counts = {name: metadata[name] for name in COUNTS}
        assert all(isinstance(value, dg.IntMetadataValue) for value in counts.values())
        assert counts["rows_read"].value == counts["created"].value == 3
        assert metadata["dagster/table_name"].value == "accounts"
        assert bench.hub("SELECT account_id, seats FROM accounts ORDER BY 1") == [
            ("a", 10.0),
            ("b", 20.0),
            ("c", None),
        ]

    @pytest.mark.parametrize(("asked", "mode"), [(None, "incremental"), ("full", "full")])
    def test_its_tags_make_it_searchable(self, bench, asked, mode):
        result = bench.run(mode=asked)
        tags = bench.tags(result.run_id)
        assert tags.pop("totango/worker").split()[:2] == [result.run_id, str(os.getpid())]
        assert tags.pop("totango/turn.companies") == result.run_id
        assert tags == {
            "totango/integration": "companies",
            "totango/object": "accounts",
            "totango/mode": mode,
            "totango/trigger": "manual",
            "totango/outcome": "succeeded",
            "totango/rows_read": "3",
            "totango/created": "3",
            "totango/updated": "0",
            "totango/rejected": "0",
            "totango/conflicts": "0",
        }
        assert bench.hub("SELECT run_id, mode, trigger FROM _runs") == [
            (result.run_id, mode, "manual")
        ]

    def test_a_run_started_from_its_assets_gets_the_tags_too(self, bench):
        every_asset = bench.definitions().resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey(["companies", step]) for step in STEPS]
        quiet = {"console": {"config": {"log_level": "CRITICAL"}}}
        config = {"loggers": quiet, "ops": {"companies__extract": {"config": {"mode": "full"}}}}
        result = every_asset.execute_in_process(
            instance=bench.instance, asset_selection=keys, run_config=config
        )
        tags = bench.tags(result.run_id)
        assert (tags["totango/integration"], tags["totango/mode"]) == ("companies", "full")

    def test_a_run_that_only_names_the_job_has_its_tags(self, bench):
        # A call by GraphQL takes the job's tags, not its run tags.
        tags = bench.definitions().resolve_job_def("companies").tags
        assert tags["totango/integration"] == "companies"
        assert set(tags) >= {"totango/object", "totango/mode", "totango/trigger"}

    def test_the_preview_is_a_table_with_types(self, bench):
        bench.source(*[f"INSERT INTO company VALUES ('x{i}', 'X', 1, 'Y')" for i in range(20)])
        bench.run()
        metadata = bench.metadata("preview")
        records = [record.data for record in metadata["preview"].records]
        assert len(records) == metadata["rows_shown"].value == 10
        assert records[2] == {"id": "c", "name": "Coda", "seats": None, "country": "Österreich"}
        types = {c.name: c.type for c in metadata["preview"].schema.columns}
        assert types["seats"].upper() == "INTEGER"

    def test_columns_can_be_followed_from_the_warehouse_to_the_hub(self, bench):
        bench.run()

        def origin(step, column):
            lineage = bench.metadata(step)["dagster/column_lineage"].value
            return [
                (tuple(dep.asset_key.path), dep.column_name)
                for dep in lineage.deps_by_column[column]
            ]

        assert origin("upsert", "account_name") == [(("companies", "mapped"), "account_name")]
        assert origin("mapped", "account_name") == [(("companies", "extract"), "name")]
        assert origin("extract", "name") == [(("crm", "company"), "name")]

    def test_a_query_whose_columns_cannot_be_followed_still_runs(self, bench):
        text = bench.folder / "integrations" / "companies.yaml"
        query = "SELECT c.id, c.name || '' AS name, c.seats, (SELECT 'X') AS country FROM company c"
        text.write_text(
            text.read_text().replace("SELECT id, name, seats, country FROM company", query)
        )
        assert bench.run().success
        lineage = bench.metadata("extract")["dagster/column_lineage"].value.deps_by_column
        assert [dep.column_name for dep in lineage["name"]] == ["name"]
        assert not lineage.get("country")

    def test_what_is_empty_is_a_warning_and_not_a_failure(self, bench):
        bench.source("DELETE FROM company")
        result = bench.run()
        assert result.success
        assert outcome(check(result, "extract_not_empty")) == (False, WARN)
        assert bench.metadata("upsert")["rows_read"].value == 0

    def test_duplicates_are_a_warning_with_their_row_numbers(self, bench):
        bench.source("INSERT INTO company VALUES ('b', 'Bolt 2', 21, NULL)")
        result = bench.run()
        assert result.success
        found = check(result, "keys_unique")
        assert outcome(found) == (False, WARN)
        assert found.metadata["duplicates"].value == 1
        assert found.metadata["row_numbers"].value == "2, 4"

    def test_rejects_within_the_limits_are_a_warning(self, bench):
        bench.source("INSERT INTO company VALUES (NULL, 'Nameless', 1, NULL)")
        result = bench.run()
        assert result.success
        found = check(result, "rejects")
        assert outcome(found) == (False, WARN)
        assert found.description == "1 of 4 rows were rejected."
        assert bench.tags(result.run_id)["totango/outcome"] == "succeeded_with_rejects"
        (line,) = [record.data for record in bench.metadata("mapped")["rejects"].records]
        assert (line["column"], line["code"], line["rows"]) == ("id", "KEY_NULL", 1)

    def test_rejects_above_the_limits_fail_the_run_and_leave_the_hub_untouched(self, bench):
        bench.run()
        before = bench.hub("FROM accounts ORDER BY 1")
        bench.source(
            "UPDATE company SET name = name || ' changed'",
            *["INSERT INTO company VALUES (NULL, 'Nameless', 1, NULL)"] * 5,
        )
        result = bench.run()
        assert not result.success
        found = check(result, "rejects")
        assert outcome(found) == (False, ERROR)
        assert found.metadata["rejected"].value == 5
        assert "Nothing was written" in found.description
        assert bench.metadata("mapped")["rejects"].records
        assert not any(e.step_key == "companies__upsert" for e in result.get_step_success_events())
        assert bench.hub("FROM accounts ORDER BY 1") == before
        assert len(bench.hub("FROM _runs")) == 1
        assert bench.tags(result.run_id)["totango/outcome"] == "failed"

    def test_a_column_lost_since_the_mapping_was_made_writes_nothing(self, bench):
        text = bench.folder / "integrations" / "companies.yaml"
        text.write_text(text.read_text().replace("id, name, seats, country", "*"))
        bench.run()
        bench.source("ALTER TABLE company DROP COLUMN seats", "UPDATE company SET name = 'new'")
        result = bench.run()
        assert not result.success
        found = check(result, "mapping_valid")
        assert outcome(found) == (False, ERROR)
        (problem,) = [record.data for record in found.metadata["problems"].records]
        assert problem["path"] == "mapping[2].column"
        assert problem["line"] == "10"
        assert failed_step(result) == "mapped"
        assert retries(result) == []
        assert "integrations/companies.yaml:10" in failure(result).description
        assert bench.hub("FROM accounts WHERE account_name = 'new'") == []
        assert bench.tags(result.run_id)["totango/outcome"] == "failed"

    def test_an_unknown_column_writes_nothing(self, bench):
        text = bench.folder / "integrations" / "companies.yaml"
        text.write_text(text.read_text().replace("column: seats", "column: chairs"))
        result = bench.run()
        assert not result.success
        assert outcome(check(result, "mapping_valid")) == (False, ERROR)
        assert "chairs" in failure(result).description
        assert "accounts" not in bench.hub_tables()

    def test_counts_that_do_not_add_up_are_a_failed_check_and_no_commit(self, bench):
        self._stage_only(bench)
        path = next(bench.folder.glob(".totango/runs/companies/*/mapped.manifest.json"))
        manifest = json.loads(path.read_text())
        manifest["facts"]["rows_read"] = 99
        path.write_text(json.dumps(manifest))
        result = self._upsert_only(bench, path.parent)
        assert not result.success
        found = check(result, "counts_identity")
        assert outcome(found) == (False, ERROR)
        assert "99 rows were read, but 3" in found.description
        assert "accounts" not in bench.hub_tables()

    def test_the_message_of_an_unexpected_error_is_kept_nowhere(self, bench):
        self._stage_only(bench)
        path = next(bench.folder.glob(".totango/runs/companies/*/source.manifest.json"))
        manifest = json.loads(path.read_text())
        manifest["facts"]["extracted_at"] = "hunter2-canary"
        path.write_text(json.dumps(manifest))
        result = self._upsert_only(bench, path.parent)
        assert not result.success
        assert failure(result).description.startswith("unexpected ValueError: a defect")
        assert failure(result).metadata["exit_code"].value == 3
        assert any("upsert_step.py" in place for place in failure(result).metadata["places"].value)
        records = bench.instance.all_logs(result.run_id)
        assert records
        assert "canary" not in "".join(repr(record) for record in records)

    @staticmethod
    def _stage_only(bench):
        """Run all but the upsert."""
        bench.definitions().resolve_job_def("companies").execute_in_process(
            instance=bench.instance,
            asset_selection=[dg.AssetKey(["companies", step]) for step in STEPS[:3]],
        )

    @staticmethod
    def _upsert_only(bench, staged):
        """Run the upsert on what another run staged."""
        run_id = "22222222-2222-4222-8222-222222222222"
        staged.rename(staged.parent / run_id)
        return (
            bench.definitions()
            .resolve_job_def("companies")
            .execute_in_process(
                instance=bench.instance,
                run_id=run_id,
                asset_selection=[dg.AssetKey(["companies", "upsert"])],
                raise_on_error=False,
            )
        )


class TestErrors:
    def test_a_source_that_is_down_is_tried_again_ever_later_and_then_fails(self, bench):
        (bench.folder / "crm.sqlite").rename(bench.folder / "away")
        result = bench.run()
        assert not result.success
        waits = [event.step_retry_data.seconds_to_wait for event in retries(result)]
        assert waits == pytest.approx([0.01, 0.02, 0.04])
        assert failed_step(result) == "extract"
        assert "connection 'crm'" in failure(result).description
        assert failure(result).metadata["exit_code"].value == 3

    def test_a_source_that_comes_back_is_read(self, bench):
        away = (bench.folder / "crm.sqlite").rename(bench.folder / "away")
        run_id = "11111111-1111-4111-8111-111111111111"

        def mend(entry):
            event = entry.dagster_event
            if event and event.event_type_value == "STEP_UP_FOR_RETRY" and away.exists():
                away.rename(bench.folder / "crm.sqlite")

        bench.instance.add_event_listener(run_id, mend)
        job = bench.definitions().resolve_job_def("companies")
        result = job.execute_in_process(instance=bench.instance, run_id=run_id)
        assert result.success
        assert len(retries(result)) == 1
        assert bench.tags(run_id)["totango/outcome"] == "succeeded"
        assert len(bench.hub("FROM accounts")) == 3

    def test_a_query_that_only_the_source_can_refuse_is_not_tried_again(self, bench):
        text = bench.folder / "integrations" / "companies.yaml"
        text.write_text(text.read_text().replace("FROM company", "FROM firm"))
        result = bench.run()
        assert retries(result) == []
        assert "firm" in failure(result).description
        assert failure(result).metadata["exit_code"].value == 1

    def test_a_query_that_writes_loads_and_is_refused_by_the_run(self, bench):
        text = bench.folder / "integrations" / "companies.yaml"
        query = "SELECT id, name, seats, country FROM company"
        text.write_text(text.read_text().replace(query, "DELETE FROM company RETURNING *"))
        result = bench.run()
        assert not result.success
        assert failed_step(result) == "extract"
        assert retries(result) == []

    def test_rebuild_mapping_reads_everything_and_says_so(self, bench):
        bench.run()
        result = bench.run(mode="rebuild_mapping")
        assert result.success
        assert bench.tags(result.run_id)["totango/mode"] == "rebuild_mapping"

    def test_a_step_alone_says_what_is_missing(self, bench):
        result = (
            bench.definitions()
            .resolve_job_def("companies")
            .execute_in_process(
                instance=bench.instance,
                asset_selection=[dg.AssetKey(["companies", "mapped"])],
                raise_on_error=False,
            )
        )
        assert "the run has no source file" in failure(result).description


def rebuilt_job(folder: str, version: str) -> dg.JobDefinition:
    """What a re-execution loads; Dagster keeps one for each version in this process."""
    project = load_project(Path(folder))
    environment = Environment.of({"TOTANGO_PROJECT": folder}, Path(folder))
    return build_definitions(project, environment).resolve_job_def("companies")


class TestReexecution:
    def test_from_the_failed_step_it_works_on_the_rows_of_its_parent(self, bench, tmp_path):
        declared = bench.folder / "integrations" / "companies.yaml"
        right = declared.read_text()
        declared.write_text(right.replace("column: seats", "column: chairs"))
        job = dg.build_reconstructable_job(__name__, "rebuilt_job", (str(bench.folder), "wrong"))
        config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        config["ops"] = {"companies__extract": {"config": {"mode": "full"}}}
        with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
            with dg.execute_job(job, instance, run_config=config) as first:
                assert not first.success
            declared.write_text(right)
            bench.source("DELETE FROM company WHERE id <> 'a'")
            again = dg.build_reconstructable_job(
                __name__, "rebuilt_job", (str(bench.folder), "right")
            )
            options = dg.ReexecutionOptions.from_failure(first.run_id, instance)
            with dg.execute_job(
                again, instance, run_config=config, reexecution_options=options
            ) as second:
                assert second.success
            steps = [e.step_key for e in second.get_step_success_events()]
            assert steps == [f"companies__{step}" for step in ("mapped", "upsert", "conflicts")]
            tags = instance.get_run_by_id(second.run_id).tags
            assert tags["totango/outcome"] == "succeeded"
        assert bench.hub("SELECT account_id FROM accounts ORDER BY 1") == [("a",), ("b",), ("c",)]
        assert bench.hub("SELECT run_id, mode FROM _runs") == [(second.run_id, "full")]
