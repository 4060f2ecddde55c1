"""The words of people in the graph."""

from riskreg.kit.words import describe
from riskreg.people.rules import Act, Authority, Role

describe(
    Role,
    "Role",
    {
        Role.EXEC: "Director or VP: accepts with authority A3 or A4.",
        Role.PM_LEAD: "Leads the project managers; accepts with authority A2.",
        Role.PM: "Project manager: manages own projects and their risks.",
        Role.POLICY: "Policy manager of one or more policy areas.",
        Role.QA: "Quality assurance.",
        Role.GUIDELINE: "Writes labelling guidelines.",
        Role.WFM: "Plans the workforce.",
        Role.VENDOR: "A vendor's contact: sees rows of the own vendor only.",
        Role.REQUESTOR: "Asks for labels: sees own requests and projects.",
        Role.ANALYST: "Defines and ingests metrics, runs evaluations.",
        Role.AUDITOR: "Reads everything and its history, writes nothing.",
        Role.SERVICE: "A machine: ingests metrics and measures gates, within its projects.",
        Role.ADMIN: "Manages people, roles, tokens and configuration, and nothing else.",
    },
)
describe(
    Authority,
    "Authority",
    {
        Authority.A1: "Project manager.",
        Authority.A2: "PM lead.",
        Authority.A3: "Director.",
        Authority.A4: "VP.",
    },
)
describe(
    Act,
    "Act",
    {
        Act.READ: "Read the register.",
        Act.LOG_RISK: "Log risks.",
        Act.COMMENT: "Comment on risks.",
        Act.ASSESS_AND_TREAT: "Assess and treat risks.",
        Act.ACCEPT_RISK: "Accept risks, as far as the authority goes.",
        Act.WORK_ON_MITIGATION: "Work on mitigations.",
        Act.GIVE_VERDICT: "Say whether a mitigation works.",
        Act.APPROVE_CHANGE: "Approve policy changes and go-lives.",
        Act.APPROVE_EMERGENCY_CHANGE: "Approve emergency changes.",
        Act.MEASURE_GATE: "Record measurements of gates.",
        Act.INGEST_METRICS: "Ingest metrics.",
        Act.DEFINE_METRICS: "Define metrics.",
        Act.RUN_EVALUATIONS: "Run impact evaluations.",
        Act.CREATE_REPORT: "Make briefs and reports.",
        Act.MANAGE_PROJECTS: "Manage projects, vendors and pools.",
        Act.MANAGE_PEOPLE: "Manage people, roles and tokens.",
        Act.CONFIGURE: "Configure the register.",
    },
)
