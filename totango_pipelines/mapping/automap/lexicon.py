"""The words of CRM, billing, support and product data: what they mean beside each other.

How to extend it. Everything here is about words, never about one column of one system, and each
line has to be true by itself:

- `Word`: these words mean the same thing. `last` counts only at the end of a name ("contact key"
  is an identifier, "key contact" is not).
- `Compound`: some words that stand together mean one thing ("sign up" is a creation).
- `Extra`: words that add nothing when they stand with one of those in `of` ("billing city" is
  where the company is; "shipping city" is not, so "shipping" is missing here).
- `Meaning`: phrases for one attribute, the attribute's own name first. `likely` ones are as good as
  the name, `possible` ones are taken when nothing better is there. They are read as names are, so
  write plain words; the object's own noun ("account" in accounts) may be left out.

`objects` limits a line to some objects (empty: all). `learned_from` names the vendor whose rows of
the development benchmark a line was added for; the benchmark leaves such lines out when it judges
that vendor. What is known of the language or of a product without those rows has none.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Word:
    """Words, separated by blanks, for one concept."""

    concept: str
    words: str
    last: bool = False
    objects: str = ""
    learned_from: str | None = None


@dataclass(frozen=True, slots=True)
class Compound:
    """Phrases, separated by commas, for one concept or (with blanks) several."""

    concepts: str
    phrases: str
    objects: str = ""
    learned_from: str | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """Words that say nothing new beside the concepts of `of`."""

    words: str
    of: str
    objects: str = ""
    learned_from: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """Phrases, separated by commas, that mean the attribute `name`."""

    name: str
    likely: str = ""
    possible: str = ""
    objects: str = ""
    learned_from: str | None = None


WORDS: Final = (
    # Who and what.
    Word("account", "account acct organization organisation org company customer client tenant"),
    Word("user", "user contact person people visitor member lead individual subscriber enduser"),
    Word("employee", "employee staff"),
    Word("deal", "deal opportunity opp"),
    Word("ticket", "ticket case"),
    Word("contract", "contract subscription agreement term"),
    Word("task", "task todo"),
    Word("card", "card cc"),
    Word("owner", "owner"),
    Word("assignee", "assignee assigned responsible"),
    Word("author", "author creator reporter"),
    Word("agent", "agent rep representative"),
    Word("manager", "manager mgr supervisor"),
    Word("participant", "participant attendee invitee"),
    Word("crm", "crm salesforce sfdc sf"),
    # What identifies.
    Word("id", "id ids identifier uuid guid uid gid"),
    Word("id", "key", last=True),
    Word("number", "number no nr num"),
    # When.
    Word("date", "date datetime timestamp time dt ts"),
    Word("date", "at on day when", last=True),
    Word("create", "create created creation add added insert inserted register registered signup"),
    Word("create", "registration joined opened"),
    Word("update", "update updated modify modified modification change changed edit edited"),
    Word("close", "close closed closing"),
    Word("complete", "complete completed completion finish finished done"),
    Word("resolve", "resolve resolved resolution solved"),
    Word("start", "start started starts begin begins beginning commencement effective"),
    Word("end", "end ends ending expire expires expiration expiry exp"),
    Word("cancel", "cancel canceled cancelled cancellation churn churned"),
    Word("cancel", "terminate terminated termination"),
    Word("renewal", "renewal renew renews renewing"),
    Word("due", "due deadline"),
    Word("last", "last latest recent"),
    Word("next", "next upcoming"),
    Word("first", "first initial"),
    Word("login", "login logon signin logged seen"),
    Word("login", "visit visited", learned_from="pendo"),
    Word("activity", "activity activities"),
    Word("annual", "annual yearly"),
    Word("month", "month monthly"),
    # How to reach and where.
    Word("email", "email mail emailaddress"),
    Word("phone", "phone telephone tel phonenumber"),
    Word("mobile", "mobile cell cellphone cellular mobilephone"),
    Word("domain", "domain website homepage webpage"),
    Word("url", "url link href permalink uri weblink"),
    Word("city", "city town"),
    Word("country", "country nation"),
    Word("region", "region territory geo"),
    Word("language", "language lang locale"),
    Word("timezone", "timezone tz"),
    # What it says.
    Word("name", "name"),
    Word("firstname", "firstname forename fname givenname"),
    Word("lastname", "lastname surname lname familyname"),
    Word("subject", "subject summary headline"),
    Word("description", "description desc about overview"),
    Word("note", "note comment remark memo"),
    Word("body", "body content text message"),
    Word("detail", "detail"),
    Word("type", "type kind category classification"),
    Word("priority", "priority urgency importance"),
    Word("stage", "stage phase"),
    Word("status", "status"),
    Word("department", "department dept"),
    Word("probability", "probability likelihood"),
    Word("active", "active enabled"),
    Word("unsubscribe", "unsubscribed unsubscribe optout optedout"),
    # How much.
    Word("amount", "amount amt"),
    Word("count", "count cnt"),
    Word("license", "license licence seat"),
    Word("industry", "industry vertical sector"),
    Word("size", "size headcount"),
    Word("currency", "currency ccy"),
    Word("recurring", "recurring"),
    Word("health", "health"),
    Word("lifecycle", "lifecycle journey"),
    # A flag is only ever a boolean.
    Word("flag", "is has can was are should allow do does flag"),
)

COMPOUNDS: Final = (
    Compound("count", "number of, no of, nr of, count of, total number of, num of"),
    Compound("create", "sign up, signed up, customer since, client since, member since"),
    Compound("update", "last modified, last updated, last update, last changed, last edited"),
    Compound("login", "sign in, signed in, log in"),
    Compound("email", "email address, e mail, e mail address, mail address"),
    Compound("phone", "phone number, telephone number, tel number, tel no, phone no"),
    Compound("mobile", "mobile phone, cell phone, mobile number, mobile phone number, cell number"),
    Compound("firstname", "first name, given name"),
    Compound("lastname", "last name, family name"),
    Compound("username", "username, login name"),
    Compound("timezone", "time zone"),
    Compound("domain", "web site, home page, web page, website url, domain name, site url"),
    Compound("lifecycle", "life cycle"),
    Compound("author", "created by, added by, entered by, logged by, reported by"),
    Compound("editor", "modified by, last modified by, updated by, last updated by, changed by"),
    Compound("assignee", "assigned to, assigned user, assigned agent, assignee user"),
    Compound("jobtitle", "job title, job position, position, designation, jobtitle, job role"),
    Compound("unsubscribe", "opt out, opted out, opt out of email, opted out of email"),
    Compound("unsubscribe", "unsubscribed from email, email opt out, do not email"),
    Compound("employee count", "num employees, no employees, employees"),
    Compound("id", "external id", objects="usage usage_aggregations historical_activity_stream"),
    # Salesforce and HubSpot call a record's own id so.
    Compound("ownid", "object id, record id"),
)

NAMESPACES: Final = (
    # In front of a name these say where the value was kept, not what it is.
    Word("", "property properties custom traits trait metadata fields attributes attrs context hs"),
    Word("", "cf udf values"),
    # Pendo keeps what its snippet sends under metadata.agent.
    Word("", "agent", objects="accounts users", learned_from="pendo"),
)

SYSTEMS: Final = "crm hubspot zendesk stripe intercom pendo netsuite marketo zuora recurly jira"
"""Systems: `salesforce_region` is a region, but `salesforce_id` is not the id."""

OWN_NOUNS: Final = {
    "accounts": "account",
    "users": "user",
    "totango_users": "user agent owner employee",
    "collections": "collection deal ticket issue invoice charge contract order conversation "
    "payment incident quote transaction refund bill",
    "tasks": "task activity issue ticket card",
    "touchpoints": "touchpoint event engagement meeting call email note activity interaction "
    "conversation",
    "usage": "event",
    "usage_aggregations": "event",
    "historical_activity_stream": "event",
    "account_assignment": "assignment user",
    "accounts_foreign_keys": "",
}
"""What a row of the object is called; such a word in a column's name adds nothing."""

_PEOPLE = "owner assignee author manager agent editor csm"
_REFERRED = "stage plan status priority type industry department currency country language tier"

EXTRAS: Final = (
    Extra("current actual official", "*"),
    Extra("billing mailing address location hq headquarters office", "city country region"),
    Extra("primary main default", "email phone mobile contact account domain language currency"),
    Extra("work business office company", "email phone mobile", objects="users totango_users"),
    Extra("office business company main", "phone", objects="accounts"),
    Extra("primary associated parent", "account", objects="users tasks touchpoints collections"),
    Extra("preferred", "language name"),
    Extra("display full complete", "name"),
    Extra("id name email user code full", _PEOPLE),
    Extra("id name code label value level iso", _REFERRED),
    Extra("id name iana sid locale", "timezone language"),
    Extra("pipeline", "stage"),
    Extra("name names company", "domain"),
    Extra("utc gmt local", "date"),
    Extra("receipt hosted html web public", "url"),
    Extra("user", "unsubscribe active role language timezone", objects="users totango_users"),
    Extra("percent percentage pct", "probability"),
    Extra("win close deal", "probability"),
    Extra("total", "amount price balance value"),
)

CHANGES: Final = (
    "previous old prior former expected estimated target shipping other secondary alternate "
    "parent ultimate max min average first next flag date id count url hash"
)
"""Words that make another thing of what they stand with: the parent's industry is not ours."""

PLAIN: Final = (
    # Known words without a synonym: they end a search for nearly equal spellings, and names that
    # are written together are taken apart along them.
    "county state province zip postal street address shipping billing mailing parent product plan "
    "owner level score region pipeline stage role title team mrr arr acv csm engagement balance "
    "outstanding payment method invoice trial value price total revenue currency tier segment "
    "module action event timestamp feature page app group workspace session device browser photo "
    "avatar image hash deleted bounced consent source fax external associated object record "
    "system data brand channel portal default reason purpose sales success executive "
    "distinct hubspot zendesk stripe intercom pendo netsuite zuora recurly jira "
    "property number previous old expected closed manager by of to from in out off sign log self"
)

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
    Meaning("status", "", "state", objects="accounts users"),
    Meaning("status", "state", objects="collections tasks"),
    Meaning("success manager", "csm, customer success manager, owner, success owner, cs manager"),
    Meaning("success manager", "account manager, success rep, customer service rep", "manager"),
    Meaning("sales manager", "account executive, ae, sales rep, sales owner, salesperson", "owner"),
    Meaning("sales manager", "am", learned_from="similarweb"),
    Meaning("company domain", "domain", "url, web, web url", objects="accounts"),
    Meaning("customer journey stage", "lifecycle, lifecycle stage", "stage", objects="accounts"),
    Meaning("tier", "segment", objects="accounts", learned_from="pendo"),
    Meaning("company size", "employee count, staff count, size", objects="accounts"),
    Meaning("company size", "", "employee range, employee", objects="accounts"),
    Meaning("licenses", "license count, purchased licenses, licensed users", objects="accounts"),
    Meaning("licenses", "", "quantity", objects="accounts", learned_from="recurly"),
    Meaning("annual revenue", "revenue, turnover, annual turnover", objects="accounts"),
    Meaning("contract value", "acv, arr, annual contract value, annual recurring revenue"),
    Meaning("contract value", "contract amount, total contract value, tcv", "contract price"),
    Meaning("contract value", "", "unit amount", objects="accounts", learned_from="recurly"),
    Meaning("mrr", "monthly recurring revenue, recurring revenue monthly, contracted mrr"),
    Meaning("mrr", "total mrr, monthly revenue", "monthly contract amount, monthly fee"),
    Meaning("mrr", "monthly spend", learned_from="segment"),
    Meaning("plan", "subscription plan, pricing plan, price plan, plan type, package", "edition"),
    Meaning("plan", "plan level", learned_from="pendo"),
    Meaning("health score", "health", "customer success score", objects="accounts"),
    Meaning("description", "", "detail", objects="accounts"),
    Meaning("contract start date", "period start, effective date, start date", "activation date"),
    Meaning("contract renewal date", "renewal date, next renewal date, contract end date, renewal"),
    Meaning("contract renewal date", "period end, end date, contract renewal", objects="accounts"),
    Meaning("cancellation date", "cancel date, contract cancel date", "date lost"),
    Meaning("trial expiration date", "trial end, trial end date, trial period end date"),
    Meaning("last payment date", "last paid date, last payment", "last charge date"),
    Meaning("last payment amount", "last amount paid, last payment value", "last paid amount"),
    Meaning("next payment due date", "next payment date, next billing date, next bill date"),
    Meaning("next payment due date", "next invoice date, next charge date", "next payment attempt"),
    Meaning("outstanding balance", "balance, open balance, balance due", "amount outstanding"),
    Meaning("payment method expiration date", "card end date, credit card end date"),
    Meaning("last activity date", "last active date, last login date, last request date"),
    Meaning("last activity date", "note update", "last engagement date", objects="accounts"),
    Meaning("region", "sales region, geographic region", "market", objects="accounts"),
    # People.
    Meaning("name", "person name", objects="users"),
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
    Meaning("amount", "value, price, total, amount value", "amount due", objects="collections"),
    Meaning("owner", "assignee, agent, sales agent", "salesperson", objects="collections"),
    Meaning("close date", "", "resolve date, end date, expected close date, complete date"),
    Meaning("updated date", "", "system modstamp, modstamp", objects="collections"),
    Meaning("priority", "", "severity", objects="collections tasks"),
    Meaning("title", "subject, name", objects="tasks"),
    Meaning("assignee", "owner", "user", objects="tasks"),
    Meaning("due date", "due, target date", "activity date", objects="tasks"),
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
    Meaning("action", "event, event name, event type, activity, action name", objects="usage"),
    Meaning("module", "module name, feature area", "area, component, screen", objects="usage"),
    Meaning("module", "", "app", objects="usage", learned_from="amplitude"),
    Meaning("count", "event count, events", "total, quantity", objects="usage"),
    Meaning("timestamp", "event date", "create date", objects="usage historical_activity_stream"),
)
