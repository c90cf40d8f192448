"""The rulebook: which rules are there, what do they say, and where do they come from?

Every rule has one member here; code, tests and documentation refer to it by its id. The source of
a rule is written briefly:

- ``D:L12``: line 12 of Docebo's article on certifications, help.docebo.com article 360020083240;
- ``A:L25``: line 25 of Allbound's article, allbound.zendesk.com article 15001323237779;
- ``X7``: another public page, by its number in the documentation's list of sources;
- ``decision (own)``: our decision where these are silent or disagree. Its confidence is ``strong``
  (a vendor's text says it), ``fair`` (inferred from vendors' facts) or ``own`` (our choice).

After a source, ``(implied)`` means that it follows from the text, and ``(absence)`` that the text
leaves it open.

>>> from certrules.rulebook import Rule
>>> rule = Rule("DOC-EXP-06")
>>> rule.statement
'How a calendar period is added is decided once, for every unit.'
>>> rule.source, rule.decisions
('D:L12', ('INT-01',))
"""

from enum import Enum, unique

PLANNED = "planned"
"""Last in the value of a rule that no code implements yet."""


@unique
class Rule(Enum):
    """A rule: what it says, where it comes from, and which decisions settle it.

    A rule is found by its id, ``Rule("INT-01b")``, or by its name, ``Rule["INT_01b"]``; an unknown
    id raises ``ValueError``, an unknown name ``KeyError``.

    >>> str(Rule.INT_01b)
    'INT-01b'
    >>> Rule("DOC-EXP-99")
    Traceback (most recent call last):
    ValueError: 'DOC-EXP-99' is not a valid Rule
    """

    statement: str
    source: str
    decisions: tuple[str, ...]
    planned: bool

    def __init__(self, statement: str, source: str, *decisions: str) -> None:
        self.statement = statement
        self.source = source
        self.decisions = tuple(decision for decision in decisions if decision != PLANNED)
        self.planned = PLANNED in decisions

    @property
    def id(self) -> str:
        """The id as it is written in text, such as ``DOC-EXP-02``."""
        return self.name.replace("_", "-")

    @classmethod
    def _missing_(cls, value: object) -> "Rule | None":
        return next((rule for rule in cls if rule.id == value), None)

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"Rule.{self.name}"

    # A table, laid out by hand: statement, source, decisions.
    # fmt: off

    # DOC-CERT: what a certification is, who earns it, who administers it
    DOC_CERT_01 = (
        ("Certifications are an optional feature of a platform: nothing else works until it is "
         "switched on."), "D:L4")
    DOC_CERT_02 = (
        ("A certification has a name, a code, a description, a validity period, awarded users "
         "and assigned items."), "D:L7")
    DOC_CERT_03 = "A certification must have a name.", "D:L10"
    DOC_CERT_04 = "A certification may be created without a code.", "D:L10, D:L51"
    DOC_CERT_05 = "A certification may have no description.", "D:L10"
    DOC_CERT_06 = (
        ("A certification without a code cannot be awarded by an imported record; it needs a "
         "code first."), "D:L51")
    DOC_CERT_07 = (
        ("Name, code, description and validity period of a certification may be changed after "
         "its creation."), "D:L7", "INT-01c")
    DOC_CERT_09 = (
        ("Only a Superadmin creates, edits and deletes certifications, awards them by hand and "
         "imports records."), "D:L2, D:L32", "INT-27")
    DOC_CERT_10 = (
        ("The list of certifications shows code, name, description, expiry, to how many users each "
         "is awarded and how many items are assigned to it."), "D:L7-8")
    DOC_CERT_11 = (
        ("A certification is earned by completing an assigned course or learning plan, by an "
         "external training that carries it, or by an award that a Superadmin makes by hand or "
         "by CSV."), "D:L32", "INT-28b")
    DOC_CERT_12 = (
        ("Completing an assigned item, or an external training that carries the certification, "
         "awards it without any step by an administrator."), "D:L32", "INT-14b")
    DOC_CERT_13 = (
        "A deactivated user cannot be awarded a certification, in whatever way.", "D:L92", "INT-24")

    # DOC-EXP: validity period
    DOC_EXP_01 = (
        "A validity period is a non-negative whole number of days, weeks, months or years.",
        "D:L12")
    DOC_EXP_02 = "Zero means that the certification never expires, whatever the unit.", "D:L12"
    DOC_EXP_03 = (
        ("A single award may override the validity period of its certification: with an expiry "
         "date of its own, or by being always valid."), "D:L35-36")
    DOC_EXP_04 = "An award that is always valid has no expiry date.", "D:L36, D:L59, D:L63"
    DOC_EXP_05 = (
        ("An award shows its issue date, its expiry date and, unless it never expires, the days "
         "left to renew it."), "D:L34, D:L86", "INT-01b")
    DOC_EXP_06 = (
        "How a calendar period is added is decided once, for every unit.", "D:L12", "INT-01")

    # DOC-ASSIGN: courses, learning plans, external training
    DOC_ASSIGN_01 = (
        "Courses and learning plans are assigned to a certification that already exists.", "D:L19")
    DOC_ASSIGN_02 = (
        "Several courses and learning plans may be assigned to one certification.", "D:L20")
    DOC_ASSIGN_03 = (
        ("On Docebo, completing any one of the assigned items earns the certification; the "
         "others are not needed."), "D:L20")
    DOC_ASSIGN_04 = (
        ("On Docebo, a course, learning plan or external training carries at most one "
         "certification."), "D:L97", "INT-22")
    DOC_ASSIGN_05 = (
        ("A learning plan leads to several certifications when its courses, rather than the plan "
         "itself, carry them."), "D:L97")
    DOC_ASSIGN_07 = (
        ("Only a completion after the item was assigned to the certification earns it; an "
         "earlier one earns nothing."), "D:L24", "INT-21")
    DOC_ASSIGN_08 = (
        ("A user who was enrolled before the item was assigned earns the certification by "
         "completing it afterwards."), "D:L24")
    DOC_ASSIGN_09 = (
        "The certification of an external training is chosen when the training is reported.",
        "D:L27-28", "INT-43")
    DOC_ASSIGN_10 = (
        "The completion date of an external training is the issue date of its award.", "D:L29")
    DOC_ASSIGN_11 = (
        ("Unlinking a course from a certification also removes the certification from the "
         "learners' history."), "D:L91", "INT-20")
    DOC_ASSIGN_12 = (
        ("Assigned courses with licensed content call for a warning: content that the vendor "
         "withdraws can no longer be completed."), "D:L99", PLANNED)

    # DOC-AWARD: awards by hand, and the record of an award
    DOC_AWARD_01 = ("An award by hand goes to any mix of users, groups and branches.", "D:L36-37")
    DOC_AWARD_02 = (
        ("An award by hand has an issue date, and either an expiry date or the mark of being "
         "always valid."), "D:L36")
    DOC_AWARD_03 = (
        ("An award is associated with a manual decision, a completed course or learning plan, or "
         "an external training."), "D:L35, D:L37")
    DOC_AWARD_04 = (
        ("An award associated with an external training names that training; one associated by "
         "hand with the completion of a course or learning plan may name it or not."), "D:L37")
    DOC_AWARD_05 = (
        ("A fourth association, external certification, exists only if a connection to Credly "
         "or Accredible is enabled for it."), "D:L38", "INT-28b")
    DOC_AWARD_06 = (
        "An award associated with an external certification names the provider and gives a link.",
        "D:L38")
    DOC_AWARD_07 = (
        "One award may list several external certifications, each with its provider and its link.",
        "D:L38")
    DOC_AWARD_08 = (
        ("An award by hand to more than 100 users runs as a background job; to 100 or fewer it "
         "need not."), "D:L39", "INT-29")
    DOC_AWARD_09 = (
        ("Issue date, expiry date, the always-valid mark and the association of an award may be "
         "edited."), "D:L35")
    DOC_AWARD_10 = "Unassigning takes a certification away from one user.", "D:L34"
    DOC_AWARD_11 = (
        ("The list of awarded users shows username, first name, last name, issue date, days left "
         "to renew and expiry date."), "D:L34", "INT-01b")
    DOC_AWARD_12 = (
        ("The source names three associations for editing an award and four for making one; one "
         "list serves both."), "D:L35, D:L38", "INT-28")

    # DOC-CSV: import of certification records
    DOC_CSV_01 = (
        ("A certification record has seven fields: username, certification_code, "
         "certification_issue_date, always_valid, certification_expire_date, type and code."),
        "D:L44-71")
    DOC_CSV_02 = (
        ("Every record must give username, certification_code, certification_issue_date, "
         "always_valid and type."), "D:L47-67, X2")
    DOC_CSV_03 = (
        "The username names the existing user to whom the record belongs.",
        "D:L45-47", "INT-15", "INT-17b")
    DOC_CSV_04 = (
        "The certification_code is the code of an existing certification.",
        "D:L49-51", "INT-15", "INT-17b")
    DOC_CSV_05 = (
        "The certification_issue_date is a date in the past or in the future: both are legal.",
        "D:L53-55")
    DOC_CSV_06 = (
        "The always_valid field is a boolean: it says whether the award never expires.",
        "D:L57-59", "INT-02")
    DOC_CSV_07 = (
        ("The certification_expire_date is forbidden in a record that is always valid and "
         "required in any other; it may lie in the past."), "D:L61-63, X2", "INT-04")
    DOC_CSV_08 = (
        "The type is one word of a closed list: the kind of item that stands behind the record.",
        "D:L65-67", "INT-03")
    DOC_CSV_09 = (
        ("The code names the course or learning plan behind the record; the type decides whether "
         "it is required or forbidden."), "D:L69-71", "INT-05")
    DOC_CSV_10 = "A record without a linked course is a manual award.", "X2", "INT-03"
    DOC_CSV_11 = (
        ("A date is written YYYY-MM-DD with hyphens; what spreadsheet programs make of it, such "
         "as slashes, is refused with a hint."), "D:L80", "INT-16")
    DOC_CSV_12 = (
        ("Delimiter and encoding are settings of an import, to be changed only when the file "
         "needs it."), "D:L72", "INT-06")
    DOC_CSV_13 = (
        "Columns are mapped to fields, so a header need not equal the name of its field.",
        "D:L76", "INT-17")
    DOC_CSV_14 = (
        ("An option of the import decides whether repeated records in one file are taken as "
         "renewals."), "D:L73", "INT-07b")
    DOC_CSV_15 = (
        "With duplicates rejected, repeated records are not imported and are reported as errors.",
        "D:L74", "INT-07")
    DOC_CSV_16 = (
        ("With duplicates taken as renewals, only the last of the repeated records, in file "
         "order, is imported."), "D:L75")
    DOC_CSV_17 = (
        ("The last of the repeated records wins without a look at the dates, even if an "
         "earlier one is newer."), "D:L75", "INT-08")
    DOC_CSV_18 = (
        ("With duplicates taken as renewals, an award that the user already holds is archived "
         "and a new one is issued."), "D:L75", "INT-09")
    DOC_CSV_19 = (
        "With duplicates rejected, an award that the user already holds is updated in place.",
        "D:L75 (implied)", "INT-09")
    DOC_CSV_20 = (
        ("A renewal by import produces the issued event, so that a notification set up for it "
         "goes out."), "D:L75")
    DOC_CSV_21 = "An import runs as a background job, however small the file is.", "D:L76"
    DOC_CSV_23 = "A record of a deactivated user is refused.", "D:L92"

    # DOC-TZ: dates and time zones
    DOC_TZ_01 = "Every instant is stored in UTC.", "D:L79"
    DOC_TZ_02 = "An instant is shown in the time zone of the user who looks at it.", "D:L79"
    DOC_TZ_03 = (
        "The dates of a file may be meant as UTC dates, beginning at midnight UTC.",
        "D:L79", "INT-10")
    DOC_TZ_04 = (
        ("An issue date becomes the start of that day in the time zone of the user who uploads "
         "the file."), "D:L81", "INT-10", "INT-10b")
    DOC_TZ_05 = (
        ("The source's one worked example, 2021-11-18 uploaded at UTC-04:00 and stored as "
         "2021-11-17T20:00Z, can be reproduced, although it is not midnight there."),
        "D:L81", "INT-10")
    DOC_TZ_06 = (
        ("Which instant an imported expiry date stands for is decided once, together with the "
         "issue date."), "D (absence)", "INT-11")

    # DOC-RENEW: renewal
    DOC_RENEW_01 = (
        "An award may be renewed at any time, before or after it expires.", "D:L13", "INT-19b")
    DOC_RENEW_02 = (
        ("The user's status in the course that earned the award must be completed before it can "
         "be renewed."), "D:L13", "INT-19")
    DOC_RENEW_03 = (
        "A renewal begins at a renew control; retaking the course by itself never renews.",
        "D:L87", "INT-12b", "INT-19c")
    DOC_RENEW_04 = (
        ("A renewal is started from the learner's certifications, the task list, the page of the "
         "course or learning plan, or the link in the expiry notification."), "D:L87")
    DOC_RENEW_05 = (
        ("A setting of each certification says whether an item already completed may be retaken "
         "to renew it."), "D:L14")
    DOC_RENEW_06 = (
        ("With retakes allowed, starting a renewal resets the user's earlier tracking, so that "
         "the same item can be taken again."), "D:L14", "INT-12", "INT-12b", "INT-12d")
    DOC_RENEW_07 = (
        ("With retakes not allowed, only assigned items that the user has not yet completed can "
         "renew."), "D:L15", "INT-12c")
    DOC_RENEW_08 = (
        "With retakes not allowed and every assigned item completed, renewal is not offered.",
        "D:L15")
    DOC_RENEW_09 = (
        "A renewal archives the course enrolment and enrols the user again.",
        "D:L17", "INT-12", "INT-12c")
    DOC_RENEW_10 = (
        "Enrolling again through a renewal produces the enrolment event again.", "D:L17")
    DOC_RENEW_11 = (
        "Renewing through a course resets the completion of all its training materials.",
        "D:L93", "INT-12")
    DOC_RENEW_12 = (
        ("A reset of material shared through the central repository holds in every course that "
         "uses it."), "D:L93", "INT-12")
    DOC_RENEW_13 = (
        "Other courses that share reset material keep their completion status.", "D:L93", "INT-12")
    DOC_RENEW_14 = (
        "A course whose validity window is over cannot renew.", "D:L25", "INT-13", "INT-13b")
    DOC_RENEW_15 = (
        "The validity window of a learning plan takes priority over those of its courses.",
        "D:L25", "INT-13")
    DOC_RENEW_16 = (
        ("A learning plan whose validity window is over cannot renew, even while its course is "
         "still valid."), "D:L25", "INT-13")
    DOC_RENEW_17 = (
        ("An award renewed before its expiry is archived with its completion date, for both "
         "certification reports."), "D:L16, D:L96", "INT-18")
    DOC_RENEW_18 = (
        "An award renewed after its expiry is archived, for the report Users - Certifications.",
        "D:L95", "INT-18")
    DOC_RENEW_19 = (
        "An import can renew an award without any training and without a renew control.",
        "D:L75", "INT-09")
    DOC_RENEW_20 = (
        ("The issue and expiry dates of a renewed award are decided once, from the completion "
         "that renews it."), "D (absence)", "INT-14")

    # DOC-NOTIFY: notifications
    DOC_NOTIFY_01 = (
        "Two events of an award can be notified: that it was issued and that it expires.", "D:L83")
    DOC_NOTIFY_02 = (
        ("Learners are sent a notice of an event only if an administrator has set up a "
         "notification for it."), "D:L83")
    DOC_NOTIFY_03 = (
        "An expiry notification needs the shortcode [renew_link] if learners are to renew from it.",
        "D:L84", "INT-26")
    DOC_NOTIFY_04 = (
        ("An expiry notification may be scheduled a number of hours, days or weeks before the "
         "expiry."), "D:L84", "INT-25")
    DOC_NOTIFY_05 = ("A user whom a renewal enrols again is notified of that enrolment.", "D:L17")
    DOC_NOTIFY_06 = "A renewal by import is notified as an issue.", "D:L75"
    DOC_NOTIFY_07 = (
        "An award that is always valid causes no expiry notification.", "D:L36, D:L84 (implied)")

    # DOC-VIEW: what a learner sees
    DOC_VIEW_01 = ("Learners see a list of all certifications that they have earned.", "D:L86")
    DOC_VIEW_02 = (
        ("The learner's list shows title, code, description, issue date, expiry date and, where "
         "it applies, the days left to renew."), "D:L86", "INT-01b")
    DOC_VIEW_03 = (
        ("Each award in the learner's list can be renewed from there wherever the renewal rules "
         "allow it."), "D:L86")

    # DOC-DELETE: deleting and unlinking
    DOC_DELETE_01 = (
        "Deleting a certification removes its links to awarded users, courses and learning plans.",
        "D:L8")
    DOC_DELETE_02 = ("Deleting a certification deletes all its tracking data.", "D:L8", "INT-23")
    DOC_DELETE_03 = ("A deleted certification disappears from the learners' history.", "D:L90")
    DOC_DELETE_04 = ("Deleting a certification is advised against, and so gives a warning.", "D:L8")
    DOC_DELETE_05 = (
        ("Unlinking a course deletes history as deleting a certification does, but only for what "
         "that course earned."), "D:L91", "INT-20")
    DOC_DELETE_06 = ("Unassigning one user leaves the awards of all others as they are.", "D:L34")

    # DOC-REPORT: reports
    DOC_REPORT_01 = (
        ("Two custom reports show certifications, Users - Certifications and Certifications - "
         "Users, in the old and the new generation of reports."), "D:L16, D:L94-96")
    DOC_REPORT_02 = (
        ("An award renewed after its expiry is shown, archived, in the report Users - "
         "Certifications."), "D:L95", "INT-18", "INT-18b")
    DOC_REPORT_03 = (
        ("An award renewed before its expiry is shown, archived and with its completion date, in "
         "both reports."), "D:L16, D:L96", "INT-18", "INT-18b")
    DOC_REPORT_04 = (
        "A report shows current and archived awards side by side and distinguishes them.",
        "D:L94-96 (implied)", "INT-18")

    # DOC-JOB: background jobs
    DOC_JOB_01 = (
        "Awarding by hand is a background job exactly when more than 100 users are awarded.",
        "D:L39", "INT-29")
    DOC_JOB_02 = "An import of records is always a background job.", "D:L76"
    DOC_JOB_03 = (
        ("Only Superadmins and Power Users start and see background jobs; Superadmins see all, "
         "Power Users their own."), "X10")
    DOC_JOB_04 = (
        ("A background job is queued, in progress with a percentage and an estimate, completed, "
         "failed or discontinued; an ended job stays listed for 13 days."), "X10")
    DOC_JOB_05 = (
        ("Discontinuing a background job stops it, keeps what it has done, and cannot be taken "
         "back."), "X10")
    DOC_JOB_06 = (
        ("An ended background job offers a log of its operations and errors; an older text adds "
         "an error count and an e-mail at the end."), "X10, X11")

    # ALL-CERT: what a certification is on Allbound
    ALL_CERT_01 = (
        ("An Allbound certification has, in this order: status, name, description, expiration, "
         "completion criteria, skills, badge image, training and visibility groups."), "A:L16-31")
    ALL_CERT_02 = (
        "An Allbound certification is switched either active or inactive.", "A:L17", "INT-31b")
    ALL_CERT_03 = "An Allbound certification must have a name.", "A:L18"
    ALL_CERT_04 = "An Allbound certification may have no description.", "A:L19"
    ALL_CERT_05 = ("Completion criteria are optional rich text, with links and lists.", "A:L26")
    ALL_CERT_06 = (
        ("A certification may name any number of skills; they are attained by finishing all of "
         "its attached training."), "A:L27")
    ALL_CERT_07 = "An Allbound certification must have a badge image.", "A:L28"
    ALL_CERT_08 = (
        "An Allbound certification may be kept as a draft before it is published.",
        "A:L81, A:L103", "INT-31b")
    ALL_CERT_09 = (
        "An Allbound certification cannot be edited once it is published.",
        "A:L81, A:L103", "INT-31")
    ALL_CERT_10 = (
        "A published Allbound certification is changed by deactivating it and creating a new one.",
        "A:L103")
    ALL_CERT_11 = (
        ("An Allbound certification is issued without further steps when its attached training "
         "is completed."), "A:L8")
    ALL_CERT_12 = ("A created certification is listed in the table of certifications.", "A:L35")

    # ALL-EXP: validity period on Allbound
    ALL_EXP_01 = (
        ("An Allbound certification is valid for one year, two years or three years, or never "
         "expires."), "A:L20-24")
    ALL_EXP_02 = (
        ("An award's validity period starts on the day that user earns it; when the "
         "certification was created does not matter."), "A:L25", "INT-40")
    ALL_EXP_03 = (
        ("On expiry the attached training becomes incomplete, so that the user takes it again; "
         "Allbound announces this as planned."), "A:L99", "INT-34")
    ALL_EXP_04 = (
        "Allbound has no renew control, no archive of awards and no early renewal.",
        "A (absence)", "INT-35")

    # ALL-TRAIN: training on Allbound
    ALL_TRAIN_01 = (
        "A training is an Allbound learning track or a training of an external learning platform.",
        "A:L30")
    ALL_TRAIN_02 = (
        "Several trainings of either kind, also mixed, may be attached to one certification.",
        "A:L30")
    ALL_TRAIN_03 = (
        "On Allbound, all attached trainings must be completed to earn the certification.",
        "A:L27-30, X14", "INT-32")
    ALL_TRAIN_04 = (
        ("A certification may have several learning tracks, and a learning track several "
         "certifications."), "A:L100-101", "INT-33")
    ALL_TRAIN_05 = ("Completing the attached training is what brings a user the badge.", "A:L28")
    ALL_TRAIN_06 = (
        "A training completed before the certification existed does not earn it automatically.",
        "A:L42")

    # ALL-VIS: visibility groups
    ALL_VIS_01 = "A certification may be restricted to a list of user groups.", "A:L31"
    ALL_VIS_02 = (
        ("With groups set, a user in none of them does not earn the certification, even by "
         "completing the training."), "A:L31")
    ALL_VIS_03 = ("With no groups set, a certification is open to every user.", "A:L31 (implied)")
    ALL_VIS_04 = (
        ("A certification whose groups differ from those of its learning tracks calls for a "
         "warning."), "A:L32", PLANNED)
    ALL_VIS_05 = (
        "Visibility groups may also be set on a certification that already exists.",
        "A:L63", "INT-31")
    ALL_VIS_06 = (
        ("What joining or leaving a group later does is decided once, by the moment at which "
         "membership is judged."), "A (absence)", "INT-36")

    # ALL-PREDATE: issuing for earlier completions
    ALL_PREDATE_01 = (
        ("Predated issue gives a certification to users who completed its training before the "
         "certification was added."), "A:L42", "INT-37b")
    ALL_PREDATE_04 = (
        ("A certification added today to a learning track of six months ago can be issued now to "
         "everyone who has completed the track."), "A:L42")
    ALL_PREDATE_05 = (
        ("Predated issue by custom date reaches everyone who completed the training since a "
         "chosen day."), "X12", "INT-37b")
    ALL_PREDATE_06 = (
        ("Predated issue from the training's creation reaches everyone who completed it since it "
         "was created."), "X12", "INT-37b")
    ALL_PREDATE_07 = (
        ("Predated issue is an administrator's action, open to every customer who has the "
         "certifications feature."), "X12")
    ALL_PREDATE_08 = (
        "The issue date of a predated badge is decided once, for every mode of predated issue.",
        "A (absence)", "INT-37")

    # ALL-MANAGE: tables of certifications and of issued badges
    ALL_MANAGE_02 = (
        "The table of certifications is filtered by status and by expiration.", "A:L43-45")
    ALL_MANAGE_03 = (
        ("The table of certifications has the columns Certification, Training, Description, "
         "Skills, Source, Status, Expiration, Created By, Date Created, Last Updated and "
         "Allbound ID."), "A:L46-57")
    ALL_MANAGE_04 = "The table of certifications is exported to Excel or to CSV.", "A:L58"
    ALL_MANAGE_05 = (
        "A certification can be deactivated, issued predated or deleted from its row.",
        "A:L60", "INT-31b", "INT-38")
    ALL_MANAGE_06 = (
        "A deactivated certification is not issued by later completions of its training.",
        "A:L61", "INT-31b")
    ALL_MANAGE_07 = (
        ("What deactivating or deleting a certification does to badges already issued is decided "
         "once."), "A (absence)", "INT-38")
    ALL_MANAGE_09 = (
        ("Every role has, within its scope, a table of issued badges by User, Certification, "
         "Training, Source, Status, Expiration, Company, Account Owner, Skills and Issued On; it "
         "can be grouped, filtered, narrowed to one's own and exported to Excel, and an issued "
         "badge deleted."), "X13")

    # ALL-ROLE: who may see and do what
    ALL_ROLE_01 = (
        ("Creating and managing certifications takes an administrator with both the Content and "
         "the System permission."), "A:L12, A:L34, A:L66, A:L87")
    ALL_ROLE_02 = (
        ("Viewing the badges issued to everyone takes an administrator with the Content or the "
         "System permission; the source also says both."), "A:L65-67, A:L93", "INT-30")
    ALL_ROLE_03 = (
        ("Deleting issued badges takes an administrator with both the Content and the System "
         "permission."), "A:L68")
    ALL_ROLE_04 = (
        ("Searching, customising, filtering and exporting the table of issued badges takes an "
         "administrator with both the Content and the System permission."), "A:L69")
    ALL_ROLE_05 = (
        ("A partner user with the Executive or Manager role sees the badges of everyone who has "
         "the same primary company."), "A:L71", "INT-41")
    ALL_ROLE_06 = (
        ("A partner user with the Executive or Manager role may search, customise, filter and "
         "export the table of badges."), "A:L72")
    ALL_ROLE_07 = "Any other partner user sees only their own badges.", "A:L74"
    ALL_ROLE_08 = (
        "Any other partner user may download, verify and share on LinkedIn their own badges.",
        "A:L75-77")
    ALL_ROLE_09 = (
        "Whoever received a badge may share it on LinkedIn, whatever their role.", "A:L95")
    ALL_ROLE_11 = "An earned certification can be verified by anyone.", "A:L9-10", "INT-42"

    # ALL-BADGE: badge images
    ALL_BADGE_01 = "A badge without an image is not accepted.", "A:L28"
    ALL_BADGE_02 = "A badge image of 500 by 500 pixels is recommended.", "A:L28", "INT-39"
    ALL_BADGE_03 = (
        "A badge image wider or higher than 500 pixels is refused.", "A:L79-80", "INT-39")
    ALL_BADGE_04 = "A badge image is a PNG or a JPEG.", "A:L91", "INT-39"
    ALL_BADGE_06 = (
        ("A badge image is first put into the media library, and the certification refers to it "
         "there."), "A:L80, A:L84")

    # ALL-NOTIFY: notifications on Allbound
    ALL_NOTIFY_01 = (
        "On issue, one standard e-mail goes to the user who completed the training.", "A:L105")
    ALL_NOTIFY_02 = (
        ("The e-mail on issue shows the badge and both its dates, issue and expiry, and links to "
         "the portal."), "A:L105")
    ALL_NOTIFY_03 = "Allbound sends no reminder before an expiry.", "A (absence)"

    # X: facts from other public pages
    X_CSV_1 = (
        ("A CSV file has one delimiter, mostly comma or semicolon, the same fields in the same "
         "order on every row, perhaps a header row, and double quotes around fields that need "
         "them."), "X5, X6", "INT-06")
    X_CSV_2 = (
        ("Blanks around a value are kept by some of the vendor's imports and removed by others; "
         "here they are removed."), "X5, X6", "INT-15")
    X_CSV_3 = (
        "Usernames are compared without regard to case; codes are case-sensitive.",
        "X7, X8", "INT-15")
    X_CSV_4 = (
        ("The vendor's other imports write dates as YYYY-MM-DD, times as HH:mm:ss and closed "
         "lists as lower-case words, which may be matched without regard to case."), "X7, X8, X9")
    X_CSV_5 = (
        ("An import of learning plan enrolments is limited to 3 MB; no limit is known for "
         "certification records."), "X19", PLANNED)
    X_TZ_1 = (
        ("A user's time zone is the platform's default, unless the platform lets users choose "
         "and the user has chosen."), "X16", "INT-10b")
    X_TZ_2 = (
        "A course is valid from 00:00:00 UTC on its start date to 23:59:59 UTC on its end date.",
        "X4", "INT-13b", PLANNED)
    X_TZ_3 = (
        ("At UTC+04:00 a course opens at 04:00:00 on its start date and closes at 03:59:59 on "
         "the day after its end date."), "X4", "INT-10", PLANNED)
    X_STATUS_1 = (
        ("A course enrolment is enrolled, in progress, completed, waiting, to be confirmed, "
         "suspended or overbooked."), "X15")
    X_STATUS_2 = (
        ("A learning plan is not started, in progress or completed; it is completed when each "
         "enrolled course is completed or blocked as waiting, to be confirmed, suspended or "
         "overbooked."), "X20", PLANNED)
    X_ARCH_1 = (
        "An enrolment can be archived only when it is enrolled, in progress or completed.", "X17")
    X_ARCH_2 = (
        ("An archived enrolment cannot be restored, outlives its course, and is not copied with "
         "the course."), "X17")
    X_ARCH_3 = (
        ("Enrolments in learning plans and instructor-led sessions cannot be archived; those in "
         "a course of a plan only together with a new enrolment."), "X17")
    X_ARCH_4 = (
        ("Archived enrolments are shown in the reports of users by course and by session, in the "
         "course's statistics and in its list of them, with the values that were archived."),
        "X17", PLANNED)
    X_ARCH_5 = (
        ("Enrolling again may ask for all material again, or only for what was added since the "
         "last completion."), "X17", PLANNED)
    X_VALID_1 = (
        ("Days of validity count from the first access, for a learning plan to any of its "
         "courses, or from the enrolment."), "X18, X21")
    X_VALID_2 = (
        ("The validity window of a learning plan holds for all its courses; a course that is "
         "over in one plan stays usable through another."), "X21", "INT-13")
    X_NOTIFY_1 = (
        ("A notification of normal priority is sent within 60 minutes of its trigger, one of "
         "high priority within 10."), "X22")
    X_NOTIFY_2 = (
        ("Shortcodes stand in square brackets or, in the newer service, in double braces; a link "
         "shortcode becomes a bare URL."), "X23", "INT-26")
    X_NOTIFY_3 = (
        ("A notification can be timed before, at or after its event, and goes to recipients "
         "chosen by role."), "X24", "INT-25")
    X_API_1 = (
        ("Docebo's API lists certifications page by page, with id_cert, title, description, "
         "code, duration, duration_unit and allow_same_item."), "X25, X26", PLANNED)
    X_API_2 = (
        ("In Docebo's API allow_same_item is the retake setting, and duration with duration_unit "
         "is the validity period."), "X25", PLANNED)
    X_RENEW_1 = (
        "A renewal archives the earlier enrolment and does not overwrite it.", "X28", "INT-12")
    X_RENEW_2 = (
        ("An older text lets a retake destroy the data of earlier completions; the newer text, "
         "which archives them, is followed."), "X1", "INT-12")
    X_RENEW_3 = (
        ("A course stays completed when its certification expires; an enrolment has no expired "
         "status."), "X28")
    X_CRED_1 = (
        ("Connections to Credly and Accredible import badges as completed external training and "
         "export completed courses and learning plans as badges."), "X29, X30", PLANNED)
    X_ALL_1 = (
        ("An Allbound certification had exactly one learning track until January 2024; since "
         "then several may count together."), "X14", "INT-32", PLANNED)
    X_ALL_2 = (
        ("Partner roles are Owner, Executive, Manager and Sales; a new user is Subscriber and "
         "Sales in a primary company, which has no Account Owner, and no partner user becomes "
         "one."), "X14, X31, X32", PLANNED)
    X_ALL_3 = (
        ("Partner roles also decide which badges a user sees, although one page confines them to "
         "the visibility of the pipeline."), "X31")
    X_ALL_4 = (
        ("Administrator permissions are granted one by one to each user, and the number of "
         "administrators is not limited."), "X33")

    # INT: decisions on import
    INT_02 = (
        ("The field always_valid is 1, 0, true or false in any case, when lenient also yes or "
         "no; anything else is an error. It is written as 1 or 0."), "decision (fair)")
    INT_03 = (
        ("The type is manual, course or learning_plan, or an alias of these; external types are "
         "recognised and refused, since the file has no column for what they need. The words are "
         "an option."), "decision (fair)")
    INT_04 = (
        ("An expiry date in an always valid record is an error, or a warning when lenient; a "
         "missing one in any other record is an error."), "decision (strong)")
    INT_05 = (
        ("A manual record has no code; any other has the code of an item of its type, with a "
         "warning if that item is not assigned to the certification."), "decision (fair)")
    INT_06 = (
        ("The delimiter is detected unless given; the encoding is UTF-8, with or without byte "
         "order mark, unless given. Undecodable bytes are an error of the file. The header is the "
         "first row that is not blank, unless its line is given."), "decision (own)")
    INT_07 = (
        ("With duplicates rejected, every one of the repeated records is refused, naming all "
         "their rows, and the rest of the file goes on."), "decision (own)")
    INT_07b = (
        ("Records are duplicates when username, without regard to case, and certification code "
         "are the same after trimming."), "decision (fair)")
    INT_08 = (
        ("The last duplicate wins whatever its dates; an expiry before the issue is a warning "
         "or, when strict, an error."), "decision (strong)")
    INT_09 = (
        ("With duplicates rejected, a held award is updated without archive or event; with "
         "duplicates taken as renewals, even a single record renews a held award."),
        "decision (fair)")
    INT_10 = (
        ("A written date becomes an instant by a named convention: local midnight (the default), "
         "midnight UTC, or the one that reproduces the source's example."), "decision (fair)")
    INT_10b = (
        ("The uploader's zone may be any time zone; if midnight does not exist the day starts "
         "at its first instant, and if it occurs twice at the earlier one."), "decision (own)")
    INT_11 = (
        ("An expiry date follows the convention of the issue date, so the award is expired when "
         "that day begins; an option lets the award last to the end of the day."), "decision (own)")
    INT_15 = (
        ("Every field is trimmed; usernames are compared without regard to case, codes exactly "
         "as stored; neither by the form in which Unicode writes an accent."), "decision (own)")
    INT_16 = (
        ("A date is a real calendar day written as YYYY-MM-DD in ASCII digits and hyphens; "
         "anything else is an error with a hint on spreadsheets."), "decision (fair)")
    INT_17 = (
        ("A mandatory field without a column, or a field mapped twice, is an error before any "
         "row is read; other columns are ignored, and equal names are mapped unasked."),
        "decision (own)")
    INT_17b = (
        ("An unknown user, an unknown code or a code shared by two certifications is an error of "
         "its row, with a stable code, and the import goes on."), "decision (own)")

    # INT: decisions on expiry and renewal
    INT_01 = (
        ("A period is added to the local date of the issue in a named zone, keeping the local "
         "time. A day that the month lacks becomes its last one, and the award expires at that "
         "very instant; policies may differ."), "decision (own)")
    INT_01b = (
        ("The days left are calendar days from today to the expiry in the viewer's zone: zero on "
         "the day itself, negative when overdue, none when it never expires."), "decision (own)")
    INT_01c = (
        ("Changing the validity period of a certification does not move the expiry of awards "
         "already issued."), "decision (own)")
    INT_12 = (
        ("A renewal archives the enrolment as it was, enrols afresh and resets all material of "
         "the course; other courses that share material have it reset and keep their status."),
        "decision (fair)")
    INT_12b = (
        ("A renewal is first started, then completed by completing an item, which archives the "
         "old award and issues the new one. A completion with no started renewal changes "
         "nothing. A renewal is closed if another award takes the place of the one that it was "
         "to renew."), "decision (fair)")
    INT_12d = (
        "A renewal resets the tracking of the user who renews, and of nobody else.",
        "decision (fair)")
    INT_12c = (
        ("With retakes not allowed, a renewal archives and resets nothing, and enrols only a "
         "user who is not enrolled."), "decision (own)")
    INT_13 = (
        ("If a user is enrolled in learning plans that hold a course, only these are ways to it, "
         "even if the user is enrolled in the course directly too; a plan whose enrolment is "
         "suspended or waiting is none. The window of a plan decides; that of the course only "
         "through a plan without one, or outside any plan. One valid way is enough, unless the "
         "renewal was started through one that is over."), "decision (fair)")
    INT_13b = (
        "A validity window includes its end date, through 23:59:59 UTC.", "decision (strong)")
    INT_14 = (
        ("A renewed award is issued at the completion and expires one period later; days left on "
         "the old award are not carried over."), "decision (fair)")
    INT_14b = (
        "An award earned by a course or learning plan is issued at the instant of completion.",
        "decision (fair)")
    INT_19 = (
        ("An award that no course earned, or a course in which the user was never enrolled here, "
         "is renewable if an assigned item can be taken under the retake rules, and never without "
         "an assigned item."), "decision (own)")
    INT_19b = "An award that never expires may be renewed too.", "decision (own)"
    INT_19c = (
        ("Completing another assigned item while holding a valid award, with no renewal started, "
         "issues nothing."), "decision (fair)")
    INT_21 = (
        ("A completion at the very instant of the assignment earns nothing: it must be strictly "
         "later."), "decision (fair)")
    INT_22 = (
        ("A second certification on an item is refused until the first is unlinked, because "
         "unlinking removes history."), "decision (own)")

    # INT: decisions on deletion and reports
    INT_20 = (
        ("Unlinking an item removes only the awards earned through it, current and archived, and "
         "says which they are."), "decision (own)")
    INT_18 = (
        ("An award renewed before its expiry is in both reports, one renewed after it only in "
         "Users - Certifications; the archive itself is always kept."), "decision (fair)")
    INT_18b = ("A renewal at the very instant of expiry counts as one after it.", "decision (own)")
    INT_23 = (
        ("Pending expiry notices of a deleted or archived award are cancelled, and so are those of "
         "a former expiry; nothing is sent about an award while its badge is revoked by hand."),
        "decision (own)")
    INT_24 = (
        ("A user who is deactivated keeps the awards held, and is neither awarded, nor able to "
         "renew, nor sent anything while inactive."), "decision (own)")

    # INT: decisions on notifications and permissions
    INT_25 = (
        ("The expiry notification is one event with an offset in hours, days or weeks: before, "
         "at or after the expiry."), "decision (fair)")
    INT_26 = (
        ("An expiry notification without a renew link gives a warning, not an error; "
         "[renew_link] and {{renew_link}} both count."), "decision (fair)")
    INT_27 = (
        ("Administration is the Superadmin's; a host may let delegated administrators in, who "
         "are refused by default."), "decision (fair)")
    INT_28b = (
        ("An external certification is a label on a Superadmin's award, with provider and link; "
         "it awards nothing by itself."), "decision (fair)")
    INT_28 = ("Editing an award offers the same associations as making one.", "decision (own)")
    INT_29 = (
        ("The threshold of a background job counts distinct users, after groups and branches are "
         "expanded and inactive users left out."), "decision (own)")

    # INT: decisions on Allbound
    INT_30 = (
        ("The Content or the System permission suffices to view all badges; creating, managing, "
         "deleting and exporting take both."), "decision (fair)")
    INT_31 = (
        ("After publication only the status and the visibility groups may change; a draft may be "
         "edited freely."), "decision (fair)")
    INT_31b = (
        ("A draft is published as active or inactive, the two may be switched, and each may be "
         "deleted; only an active certification is issued."), "decision (own)")
    INT_32 = (
        ("Allbound asks for all attached trainings and Docebo for any assigned item; which of "
         "the two holds is always said. One item renews, so that what needs several cannot be "
         "renewed."), "decision (fair)")
    INT_33 = ("Learning tracks and certifications are associated many to many.", "decision (fair)")
    INT_34 = (
        ("Training of every kind, courses, learning plans, tracks and external trainings, becomes "
         "incomplete at expiry only if a policy asks for it; by default it does not."),
        "decision (fair)")
    INT_35 = (
        ("If training reopens at expiry, finishing all of it again issues a new badge, and "
         "the expired one is kept in history; only what is completed since the expiry counts, "
         "for a predated issue too. While a badge is valid there is no second one."),
        "decision (own)")
    INT_36 = (
        ("Group membership is judged at the moment of issue; joining later issues nothing by "
         "itself, but lets predated issue reach the user."), "decision (own)")
    INT_37 = (
        ("A predated badge is obtained on the day of issuing it, and its period runs from then; "
         "the completion date is kept beside it, and backdating is an option."), "decision (fair)")
    INT_37b = (
        ("The chosen day counts from its first instant, and of several trainings the last "
         "completion decides; holders of a valid badge, users outside the groups and inactive "
         "certifications are skipped."), "decision (own)")
    INT_38 = (
        ("Deactivating leaves issued badges valid and verifiable; deleting is refused while "
         "there are any, unless their removal is asked for."), "decision (own)")
    INT_39 = (
        ("An image of more than 500 pixels either way is an error, any other size but 500 by 500 "
         "a warning; its content, not its file name, says what format it is."), "decision (own)")
    INT_40 = (
        "A period of years from 29 February ends on 28 February in a year without a 29th.",
        "decision (own)")
    INT_41 = (
        ("A user has one primary company; managers and executives see the badges of users with "
         "the same one, and their own."), "decision (fair)")
    INT_42 = (
        ("Verifying shows recipient, certification, issue, expiry, state, skills, criteria and "
         "badge, under a token that cannot be guessed. A badge is replaced, not revoked, if a "
         "later award took the place of its own, from the instant on at which that began."),
        "decision (own)")
    INT_44 = (
        ("With duplicates rejected, a record issued before the held award, or that would end a "
         "valid one, is refused with both periods; taken as a renewal, it counts, and what went "
         "back in time is listed."), "decision (fair)", "INT-09")
    INT_45 = (
        ("A record with the dates of an archived award, while another is held, changes nothing, "
         "has an outcome of its own, and is warned of."), "decision (own)")
    INT_46 = (
        ("An award that begins in the future is not yet valid; the held award is archived when it "
         "begins, and cannot be renewed until then; if the other is removed before, it is "
         "current again, and so its renewal open. An award that expires as it is issued is a "
         "fault, as one that expires before."),
        "decision (own)")
    INT_47 = (
        ("A record that updates an award keeps what it was earned by, unless it names an item, or "
         "another type than manual; if that changes, both are said."), "decision (own)")
    INT_48 = (
        ("Nothing is sent about the past: no notice is due for a moment before its award was "
         "recorded, nor of the issue of an imported award that is new, unless whoever imports asks "
         "for it. No link to renew goes to somebody whose renewal would be refused; the notice is "
         "sent without it or not at all, as the notification says."),
        "decision (own)")
    INT_49 = (
        ("What is shown has the days of the zone that was asked for, else of the user's own, else "
         "of the platform's, and every answer names it; an expiry date is shown as it is meant, as "
         "the last valid day if that day is included."), "decision (own)")

    INT_43 = (
        ("An external training that is assigned counts as the completion of that item on its "
         "completion date, whatever was chosen in the report; it issues the certification only "
         "if it is the last item needed."), "decision (own)")

    # fmt: on
