"""What else people call the attributes of CRM, billing, support and product data.

How to extend it: a `Meaning` lists phrases for one attribute, the attribute's own name first.
`likely` ones are nearly as good as the name, `possible` ones are taken when nothing better is
there; the best first. They are read as names are (lexicon.py), so write plain words; the object's
own noun ("account" in accounts) may be left out, and so may the synonyms that the lexicon knows.
A company's own attribute of the same name has the same meaning. `objects` and `learned_from` are
as in the lexicon.
"""

from typing import Final

from totango_pipelines.mapping.automap.entries import Meaning

MEANINGS: Final = (
    # Keys.
    Meaning("user id", "distinct id, person id", "external id", objects="users"),
    Meaning("user id", "distinct id", "external id, username, email", objects="usage"),
    Meaning("account id", "", "group id", objects="users usage accounts"),
    Meaning("account id", "", "account number, account code, external id", objects="accounts"),
    Meaning("account id", "", "account number, account code", objects="users tasks touchpoints"),
    Meaning("account id", "", "account number, account code", objects="collections"),
    Meaning("collection id", "", "number, code, external id", objects="collections"),
    Meaning("task id", "", "external id", objects="tasks"),
    Meaning("touchpoint id", "", "external id", objects="touchpoints"),
    Meaning("sfid", "crm id, crm account id, crm system account id", objects="accounts"),
    Meaning("ofid", "other system account id", "external id, erp id", objects="accounts"),
    Meaning("parent id", "parent, parent account, parent account id", objects="accounts"),
    Meaning("manager id", "manager, reports to, reports to id", objects="totango_users"),
    Meaning("account role id", "role, role id, role name, account role, account team role"),
    Meaning("foreign key id", "foreign key, fk, external id, external key"),
    # Accounts.
    Meaning("account name", "", "account, legal name, business name", objects="accounts"),
    Meaning("account type", "relationship type", "relationship", objects="accounts"),
    Meaning("status", "", "state, contract status", objects="accounts users"),
    Meaning("status", "state", objects="collections tasks"),
    Meaning("success manager", "csm, customer success manager, owner, success owner, cs manager"),
    Meaning("success manager", "account manager, success rep, customer service rep", "manager"),
    Meaning("sales manager", "account executive, ae, sales rep, sales owner, salesperson"),
    Meaning("sales manager", "am", learned_from="similarweb"),
    Meaning("company domain", "domain", "web, web url, email domain", objects="accounts"),
    Meaning(
        "customer journey stage",
        "lifecycle, lifecycle stage",
        "stage, lifecycle status",
        objects="accounts",
    ),
    Meaning("tier", "segment", objects="accounts", learned_from="pendo"),
    Meaning("company size", "employee count, total employee count, size", objects="accounts"),
    Meaning("create date", "", "since", objects="accounts"),
    Meaning("company size", "", "employee range, employee size", objects="accounts"),
    Meaning(
        "licenses",
        "license count, purchased licenses, licensed users, license quantity, user license",
        objects="accounts",
    ),
    Meaning("licenses", "", "quantity", objects="accounts", learned_from="recurly"),
    Meaning("annual revenue", "revenue, turnover, annual turnover", objects="accounts"),
    Meaning("contract value", "acv, arr, annual contract value, annual recurring revenue"),
    Meaning("contract value", "contract amount, total contract value, tcv", "contract price"),
    Meaning("contract value", "", "unit amount", objects="accounts", learned_from="recurly"),
    Meaning("mrr", "monthly recurring revenue, contracted mrr, cmrr"),
    Meaning("mrr", "total mrr, monthly revenue", "monthly contract amount, monthly fee"),
    Meaning("mrr", "monthly spend", learned_from="segment"),
    Meaning(
        "plan",
        "subscription plan, pricing plan, price plan, plan type, package",
        "edition, plan tier",
    ),
    Meaning("plan", "plan level", learned_from="pendo"),
    Meaning("health score", "health", "customer success score", objects="accounts"),
    Meaning("description", "", "detail", objects="accounts"),
    Meaning("contract start date", "term start, period start", "start date, activation date"),
    Meaning("contract renewal date", "renewal date, next renewal date, renewal, contract end date"),
    Meaning("contract renewal date", "term end date, period end", "end date", objects="accounts"),
    Meaning("cancellation date", "cancel date, contract cancel date", "date lost"),
    Meaning("trial expiration date", "trial end, trial end date, trial period end date"),
    Meaning("last payment date", "last paid date, last payment", "last charge date"),
    Meaning("last payment amount", "last amount paid, last payment value", "last paid amount"),
    Meaning("next payment due date", "next payment date, next billing date, next bill date"),
    Meaning("next payment due date", "next invoice date, next charge date", "next payment attempt"),
    Meaning(
        "outstanding balance",
        "balance, open balance, balance due",
        "amount outstanding, amount due",
    ),
    Meaning("payment method expiration date", "card end date, credit card end date"),
    Meaning("last activity date", "last active date, last login date, last request date"),
    Meaning("last activity date", "note update", "last engagement date", objects="accounts"),
    Meaning("region", "sales region, geographic region", "market", objects="accounts"),
    # People.
    Meaning("first name", "", "first", objects="users totango_users"),
    Meaning("last name", "", "last", objects="users totango_users"),
    Meaning("title", "jobtitle", objects="users totango_users"),
    Meaning("role", "user role, account role", objects="users"),
    Meaning("mobile phone", "mobile", objects="users"),
    Meaning("last login date", "last active date, last request date", objects="users"),
    Meaning("created date", "", "first login, first seen", objects="users", learned_from="pendo"),
    Meaning("unsubscribed", "unsubscribe, marketing unsubscribe", objects="users"),
    Meaning("key contact", "primary contact, main contact, is primary", objects="users"),
    Meaning("teams", "team, team name", "group, groups", objects="totango_users"),
    Meaning("license", "license type", objects="totango_users"),
    Meaning("user name", "name, owner name, csm name", objects="account_assignment"),
    Meaning("email", "owner email, csm email, assignee email", objects="account_assignment"),
    Meaning("email", "owner, csm, success manager", objects="account_assignment"),
    # Records that belong to an account.
    Meaning("name", "subject, title", objects="collections"),
    Meaning("description", "body, note, detail", objects="collections tasks"),
    Meaning(
        "amount",
        "value, price, total, amount value",
        "grand total, amount due",
        objects="collections",
    ),
    Meaning("owner", "assignee, agent, sales agent", "salesperson", objects="collections"),
    Meaning("close date", "resolve date", "end date, expected close date, complete date"),
    Meaning("updated date", "", "system modstamp, modstamp", objects="collections"),
    Meaning("priority", "", "severity", objects="collections tasks"),
    Meaning("title", "subject, name", objects="tasks"),
    Meaning("assignee", "owner", "user", objects="tasks"),
    Meaning("due date", "due, target date", objects="tasks"),
    Meaning("completed date", "close date, resolve date", "end date", objects="tasks"),
    Meaning("subject", "title, name", objects="touchpoints"),
    Meaning("content", "body, description, note, detail, body preview", objects="touchpoints"),
    Meaning("touchpoint type", "channel, activity type, event type", objects="touchpoints"),
    Meaning("touchpoint reason", "reason, purpose", objects="touchpoints"),
    Meaning("timestamp", "date, activity date, start date", "create date", objects="touchpoints"),
    Meaning("timestamp", "occurred date, happened date, sent date", objects="touchpoints usage"),
    Meaning("created by", "author", "owner, user, sender", objects="touchpoints"),
    Meaning("created by", "author", "requester", objects="tasks collections"),
    Meaning("participants", "participant", "contact, recipients", objects="touchpoints"),
    # Usage.
    Meaning(
        "action", "event, event name, event type, activity, action name", "feature", objects="usage"
    ),
    Meaning(
        "module",
        "module name, feature area",
        "page, feature, area, event category, category, component, screen",
        objects="usage",
    ),
    Meaning("module", "", "app", objects="usage", learned_from="amplitude"),
    Meaning("count", "event count", "total, quantity", objects="usage"),
    Meaning("timestamp", "event date", "create date", objects="usage historical_activity_stream"),
)
