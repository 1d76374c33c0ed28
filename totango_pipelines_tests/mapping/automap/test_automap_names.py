"""What a column's name alone says, one kind of evidence after the other."""

import pytest

from totango_pipelines.mapping.automap.automap import KEY_TICKED
from totango_pipelines_tests.mapping.automap.automap_scene import attribute, proposed


@pytest.mark.parametrize("name", ["account_id", "Account ID", "ACCOUNT_ID", "AccountId"])
def test_the_same_name_is_beyond_doubt(name):
    [answer] = proposed("accounts", name).values()
    assert (answer.attribute, answer.score, answer.reason) == ("account_id", 1.0, "same name")
    assert answer.ticked


@pytest.mark.parametrize(
    ("object_name", "name", "expected"),
    [
        ("accounts", "account-id", "account_id"),
        ("accounts", "account.id", "account_id"),
        ("accounts", "Annual_Revenue__c", "Annual Revenue"),
        ("accounts", "contractRenewalDate", "Contract Renewal Date"),
        ("users", "timeZone", "Time Zone"),
    ],
)
def test_case_humps_punctuation_and_custom_marks_change_nothing(object_name, name, expected):
    [answer] = proposed(object_name, name).values()
    assert answer.attribute == expected
    assert answer.ticked


@pytest.mark.parametrize(
    ("object_name", "name", "expected"),
    [
        ("users", "organization_id", "account_id"),
        ("users", "company_id", "account_id"),
        ("users", "account.id", "account_id"),
        ("users", "id", "user_id"),
        ("users", "uuid", "user_id"),
        ("users", "visitor_id", "user_id"),
        ("accounts", "id", "account_id"),
        ("accounts", "tenant_id", "account_id"),
        ("collections", "ticket_id", "collection_id"),
        ("collections", "customer_id", "account_id"),
        ("users", "email address", "Email"),
        ("users", "E-Mail", "Email"),
        ("users", "created_at", "Created Date"),
        ("users", "date_joined", "Created Date"),
        ("users", "signed_up_at", "Created Date"),
        ("users", "tel_no", "Phone"),
        ("users", "cell", "Mobile Phone"),
        ("users", "surname", "Last Name"),
        ("users", "job_title", "Title"),
        ("users", "tz", "Time Zone"),
        ("users", "last_sign_in_at", "Last Login Date"),
        ("accounts", "number_of_employees", "Company Size"),
        ("accounts", "num_seats", "Licenses"),
        ("accounts", "ARR", "Contract Value"),
        ("accounts", "term_end_date", "Contract Renewal Date"),
        ("accounts", "churned_at", "Cancellation Date"),
        ("accounts", "csm_email", "Success Manager"),
        ("accounts", "crm_id", "sfid"),
        ("collections", "subject", "name"),
        ("collections", "assignee_id", "owner"),
        ("collections", "stage_name", "stage"),
        ("collections", "last_modified_date", "updated_date"),
        ("tasks", "created_by_id", "created_by"),
        ("tasks", "deadline", "due_date"),
        ("touchpoints", "body", "content"),
        ("touchpoints", "attendees", "participants"),
        ("usage", "event_type", "action"),
        ("usage", "distinct_id", "user_id"),
        ("usage", "num_events", "count"),
        ("account_assignment", "csm_email", "email"),
        ("totango_users", "enabled", "is_active"),
    ],
)
def test_words_that_mean_the_same_are_the_same(object_name, name, expected):
    assert attribute(object_name, name) == expected


def test_the_reason_names_the_words_that_are_taken_for_one_another():
    [answer] = proposed("users", "organization_id").values()
    assert answer.reason == "synonym: organization = account"
    [answer] = proposed("accounts", "number_of_employees").values()
    assert answer.reason == "synonym: number of employees = Company Size"


@pytest.mark.parametrize(
    ("object_name", "name", "expected"),
    [
        ("users", "contact_email", "Email"),
        ("users", "property_firstname", "First Name"),
        ("users", "properties_lastname", "Last Name"),
        ("users", "traits.email", "Email"),
        ("users", "hs_language", "Language"),
        ("collections", "hs_pipeline_stage", "stage"),
        ("collections", "deal_name", "name"),
        ("accounts", "salesforce_region_c", "Region"),
        ("accounts", "sf_region", "Region"),
        ("accounts", "company_name", "account_name"),
        ("accounts", "customer_city", "City"),
    ],
)
def test_a_prefix_that_says_where_the_value_was_kept_is_left_out(object_name, name, expected):
    assert attribute(object_name, name) == expected


def test_a_prefix_of_the_whole_query_is_left_out():
    answers = proposed("users", "kd_id", "kd_email", "kd_city", "kd_surname")
    assert [each.attribute for each in answers.values()] == [
        "user_id",
        "Email",
        "City",
        "Last Name",
    ]
    assert attribute("users", "kd_email") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("createdate", "Created Date"),
        ("lastlogindate", "Last Login Date"),
        ("associatedcompanyid", "account_id"),
        ("jobtitle", "Title"),
        ("mobilephone", "Mobile Phone"),
    ],
)
def test_words_that_are_written_together_are_taken_apart(name, expected):
    assert attribute("users", name) == expected


def test_a_misspelled_word_is_proposed_but_never_ticked():
    [answer] = proposed("users", "organizaton_id").values()
    assert answer.attribute == "account_id"
    assert "nearly the same spelling: organizaton = organization" in answer.reason
    assert not answer.ticked
    assert attribute("users", "persona_id") is None


@pytest.mark.parametrize(
    ("object_name", "name"),
    [
        ("users", "email_consent"),
        ("users", "email_opt_in_date"),
        ("users", "email_verified"),
        ("users", "email_hash"),
        ("users", "sender_email"),
        ("users", "company_name"),
        ("users", "account_status"),
        ("users", "owner_id"),
        ("users", "home_phone"),
        ("users", "last_login_ip"),
        ("accounts", "shipping_city"),
        ("accounts", "photo_url"),
        ("accounts", "employee_count_source"),
        ("accounts", "auto_renewal"),
        ("accounts", "renewal_amount"),
        ("accounts", "prior_year_arr"),
        ("accounts", "health_score_change_date"),
        ("accounts", "country_manager"),
        ("accounts", "open_deals_count"),
        ("accounts", "is_deleted"),
        ("accounts", "_fivetran_synced"),
        ("collections", "amount_refunded"),
        ("collections", "created_by"),
        ("collections", "pipeline_id"),
        ("collections", "close_reason"),
        ("collections", "parent_id"),
        ("tasks", "assignee_status"),
        ("tasks", "completed_by"),
        ("usage", "session_id"),
    ],
)
def test_one_more_word_makes_it_another_thing(object_name, name):
    assert attribute(object_name, name) is None


@pytest.mark.parametrize(
    ("object_name", "name"),
    [
        ("accounts", "owner_id"),
        ("accounts", "parent_id"),
        ("accounts", "product_id"),
        ("collections", "brand_id"),
        ("users", "workspace_id"),
        ("accounts", "hubspot_id"),
    ],
)
def test_the_id_of_something_else_is_no_key(object_name, name):
    assert attribute(object_name, name) not in {"account_id", "user_id", "collection_id"}


def test_an_unknown_word_before_two_known_ones_only_narrows_them():
    [answer] = proposed("accounts", "Catalyst_Health_Score").values()
    assert answer.attribute == "Health Score"
    assert not answer.ticked
    assert attribute("accounts", "Previous_Health_Score") is None


def test_the_key_of_the_record_goes_before_the_ids_beside_it():
    answers = proposed("collections", "charge_id", "id", "subscription_id")
    assert answers["id"].attribute == "collection_id"
    assert answers["id"].score >= KEY_TICKED
    assert answers["charge_id"].attribute is None


def test_in_a_table_of_what_a_customer_has_the_customer_is_the_key():
    answers = proposed("accounts", "id", "customer_id", "status")
    assert answers["customer_id"].attribute == "account_id"
    # The id would have fitted as well: nobody but a person can tell.
    assert not answers["customer_id"].ticked
    assert "id fits as well" in answers["customer_id"].reason


def test_a_state_beside_an_address_is_no_status():
    assert proposed("accounts", "state")["state"].attribute == "Status"
    assert proposed("accounts", "state", "city", "zip")["state"].attribute is None


def test_what_a_system_has_goes_before_what_a_company_added_to_it():
    answers = proposed("touchpoints", "description_c", "description")
    assert answers["description"].attribute == "content"
    assert answers["description_c"].attribute is None


def test_tags_activities_and_borrowed_foreign_keys_are_known_by_their_names():
    assert attribute("accounts", "tag##VIP") == "tag##VIP"
    assert attribute("usage_aggregations", "Reports##Export") == "Reports##Export"
