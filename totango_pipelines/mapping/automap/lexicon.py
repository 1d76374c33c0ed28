"""The words of CRM, billing, support and product data: what they mean beside each other.

How to extend it. Everything here is about words, never about one column of one system, and each
line has to be true by itself:

- `Word`: these words mean the same thing, the plainest first. With `last` they do so only at the
  end of a name ("contact key" is an identifier, "key contact" is not).
- `Compound`: some words that stand together mean one thing ("sign up" is a creation).
- `Extra`: words that add nothing when they stand with one of those in `of` ("billing city" is
  where the company is; "shipping city" is not, so "shipping" is missing here); the plainest first.

`objects` limits a line to some objects (empty: all). `learned_from` names the vendor whose rows of
the development benchmark a line was added for; the benchmark leaves such lines out when it judges
that vendor. What is known of the language or of a product without those rows has none.
"""

from typing import Final

from totango_pipelines.mapping.automap.entries import Compound, Extra, Word

WORDS: Final = (
    # Who and what.
    Word(
        "account", "account acct customer client organization organisation org company tenant cust"
    ),
    Word("user", "user contact person visitor member lead subscriber enduser usr"),
    Word("employee", "employee staff emp empl"),
    Word("deal", "deal opportunity opp"),
    Word("ticket", "ticket case"),
    Word("contract", "contract subscription agreement"),
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
    Word("number", "number no nr"),
    Word("number", "num", last=True),
    # When.
    Word("date", "date datetime timestamp time dt ts dte"),
    Word("date", "at on day when", last=True),
    Word(
        "create", "created create creation added add inserted insert registered register signup crt"
    ),
    Word("create", "registration joined opened"),
    Word("update", "updated update modified modify modification changed change edited edit upd"),
    Word("close", "close closed closing"),
    Word("complete", "complete completed completion finish finished done"),
    Word("resolve", "resolved solved resolve"),
    Word("start", "start started starts strt begin begins beginning commencement effective"),
    Word("end", "end ends ending expire expires expiration expiry exp"),
    Word("cancel", "cancellation canceled cancelled churned churn cancel"),
    Word("cancel", "terminate terminated termination"),
    Word("renewal", "renewal renew renews renewing"),
    Word("due", "due deadline"),
    Word("last", "last latest recent lst"),
    Word("next", "next upcoming"),
    Word("first", "first initial"),
    Word("login", "login logon signin logged seen"),
    Word("login", "visit visited", learned_from="pendo"),
    Word("activity", "activity activities"),
    Word("annual", "annual yearly"),
    Word("month", "month monthly mth"),
    # How to reach and where.
    Word("email", "email mail emailaddress"),
    Word("phone", "phone telephone tel phonenumber"),
    Word("mobile", "mobile cell cellphone cellular mobilephone"),
    Word("domain", "domain website homepage webpage"),
    Word("url", "url link href permalink uri weblink"),
    Word("city", "city town"),
    Word("country", "country nation ctry cntry"),
    Word("region", "region territory geo"),
    Word("language", "language lang locale"),
    Word("timezone", "timezone tz"),
    # What it says.
    Word("name", "name nm"),
    Word("firstname", "firstname forename fname givenname"),
    Word("lastname", "lastname surname lname familyname"),
    Word("subject", "subject summary headline"),
    Word("description", "description desc about overview"),
    Word("note", "note comment remark memo"),
    Word("body", "body content text message"),
    Word("detail", "detail"),
    Word("type", "type kind typ classification"),
    Word("type", "category", objects="collections tasks touchpoints"),
    Word("priority", "priority prio urgency importance"),
    Word("stage", "stage phase"),
    Word("status", "status sts"),
    Word("department", "department dept"),
    Word("probability", "probability likelihood"),
    Word("active", "active enabled"),
    Word("unsubscribe", "unsubscribed unsubscribe optout optedout"),
    # How much.
    Word("amount", "amount amt"),
    Word("count", "count cnt num nbr"),
    Word("license", "license licence seat lic"),
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
    Compound("resolve date", "resolution date"),
    Compound("complete", "marked as done, marked as complete, marked as completed"),
    Compound("domain", "company url, customer url, organization url", objects="accounts"),
    Compound("count", "number of, no of, nr of, count of, total number of, num of"),
    Compound("create", "sign up, signed up, customer since, client since, member since"),
    Compound("update", "last modified, last updated, last update, last changed, last edited"),
    Compound("login", "sign in, signed in, log in"),
    Compound("email", "email address, e mail, e mail address, mail address"),
    Compound("phone", "phone number, telephone number, tel number, tel no, phone no, phone num"),
    Compound("mobile", "mobile phone, cell phone, mobile number, mobile phone number, cell number"),
    Compound("firstname", "first name, given name"),
    Compound("lastname", "last name, family name"),
    Compound("username", "username, login name"),
    Compound("timezone", "time zone"),
    Compound("domain", "web site, home page, web page, website url, domain name, site url"),
    Compound("lifecycle", "life cycle"),
    Compound("due date", "activity date", objects="tasks"),
    Compound("due date", "due by"),
    Compound("author", "created by, added by, entered by, logged by, reported by"),
    Compound("editor", "modified by, last modified by, updated by, last updated by, changed by"),
    Compound("assignee", "assigned to, assigned user, assigned agent, assignee user"),
    Compound(
        "jobtitle", "job title, job position, position, designation, job role, job, occupation"
    ),
    Compound("unsubscribe", "opt out, opted out, opt out of email, opted out of email"),
    Compound("unsubscribe", "email opt out, do not email"),
    Compound("unsubscribe", "unsubscribed from email", learned_from="intercom"),
    Compound("employee count", "num employees, no employees, employees"),
    # Salesforce and HubSpot call a record's own id so.
    Compound("ownid", "object id, record id"),
)

NAMESPACES: Final = (
    # In front of a name these say where the value was kept, not what it is.
    Word("", "property properties traits trait metadata fields attributes attrs context hs cf udf"),
    Word("", "custom"),
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
    Extra("usd eur gbp chf jpy aud cad inr sek nok dkk pln brl", "*"),
    Extra("amount value total", "acv arr mrr balance"),
    Extra("email mail marketing newsletter", "unsubscribe"),
    Extra("source", "subject body author", objects="touchpoints collections"),
    Extra("billing mailing address location hq headquarters office 1", "city country region"),
    Extra("primary main default 1", "email phone mobile contact account domain language currency"),
    Extra("work business office company", "email phone mobile", objects="users totango_users"),
    Extra("office business company main", "phone", objects="accounts"),
    Extra("primary associated parent", "account", objects="users tasks touchpoints collections"),
    Extra("preferred", "language name currency"),
    Extra("display full complete", "name"),
    Extra("name email id user code full", _PEOPLE),
    Extra("name label value code cd iso id", _REFERRED),
    Extra("level", "priority"),
    Extra("name", "region city"),
    Extra("assigned dedicated", "csm"),
    Extra("name iana id sid locale", "timezone language"),
    Extra("pipeline sales", "stage"),
    Extra("name id", "feature page app", objects="usage"),
    Extra("name names company", "domain"),
    Extra("utc gmt local", "date"),
    Extra("hosted html web public", "url"),
    Extra("receipt", "url", learned_from="stripe"),
    Extra("user", "unsubscribe active role language timezone", objects="users totango_users"),
    Extra("percent percentage pct", "probability"),
    Extra("win close deal stage", "probability"),
    Extra("total", "amount price balance value"),
)

SPOKEN_OF: Final = {"accounts": "account acct customer client"}
"""Words for the record itself that its own table hardly uses: where there are `id` and
`customer_id`, a row is about something that the customer has, and `customer_id` is the key."""

FULL: Final = "full complete"
COMPANIES: Final = "account acct organization organisation org company tenant business legal"
"""Only people have a `full name`, unless it says whose: a company's, an account's."""

STATUSES: Final = (
    "active inactive open closed new pending solved resolved done hold expired cancelled canceled "
    "trial trialing trialling paying paid unpaid free past_due overdue live churned customer "
    "prospect lead draft failed succeeded completed complete enabled disabled suspended archived "
    "deleted in_progress todo won lost voided void onboarding snoozed paused future incomplete"
)
"""What tells a status called `state` from a state of a country."""

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

NAMELESS: Final = "column col field value data attribute attr var unnamed f c x"
"""A name of nothing but these says nothing: its values have to."""

LIGHT: Final = "date last first next id name count type create update due number status user"
"""Concepts that so many names have that sharing one is no evidence."""

LOADERS: Final = "fivetran dlt sdc airbyte etl stitch dms hevo"
JUNK: Final = (
    "deleted hash hashed checksum etag modstamp livemode raw json payload photo avatar image icon "
    "logo banner thumbnail password token secret salt signature encrypted viewed referenced"
)
"""What the loader or the source keeps for itself: never worth a new attribute."""

MONEY: Final = "amount value price revenue cost fee spend balance arr mrr acv tcv"
COUNTS: Final = "count score rank ratio percent percentage"
DIGITS: Final = "number code zip postal phone mobile fax"
"""A new attribute of such a name is a currency; a number; a text, whose leading zeros count."""
