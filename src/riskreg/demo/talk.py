"""What people say about the risks of the demo, and how its risks hang together."""

from __future__ import annotations

from riskreg.demo.deeds_around import Comment, Relate
from riskreg.demo.world import Step
from riskreg.risks.rules import RelationKind

_CAUSES, _RELATED = RelationKind.CAUSES, RelationKind.RELATED

COMMENTS = (
    Step(-417, "16:00", "seun", Comment("R-001", "The in-house roster shows two lent weeks.")),
    Step(-385, "15:00", "siobhan", Comment("R-002", "The queue stops at four hours; people asked"
                                           " for the blur by default as well.")),
    Step(-301, "17:00", "salma", Comment("R-021", "New people write to their buddy now, not into"
                                         " the chat.")),
    Step(-203, "12:00", "anil", Comment("R-018", "After five days of dual run the factor from v2 to"
                                        " v3 reads 1.05.")),
    Step(-117, "16:00", "seun", Comment("R-006", "Agreement fell from .78 to .63 in the week of the"
                                        " change.")),
    Step(-84, "12:00", "maricel", Comment("R-004", "The building is ready; we wait for the exit"
                                          " clause.")),
    Step(-61, "12:00", "weijie", Comment("R-016", "The floor is on at all desks since this"
                                         " morning.")),
    Step(-56, "12:00", "seun", Comment("R-007", "Gold accuracy is 94.6 %, but the set has no coded"
                                       " item. It measures the scams of last year.")),
    Step(-41, "12:00", "andres", Comment("R-020", "We lost eleven people in a month; nine named"
                                         " pay.")),
    Step(-38, "14:00", "lucia", Comment("R-020", "Gustavo hands over to nobody yet; I look for an"
                                        " owner.")),
    Step(-26, "09:30", "anil", Comment("R-007", "The weekly EWMA crossed its line this morning; n ="
                                       " 210 000 views, so it is no noise.")),
    Step(-24, "16:00", "marcus", Comment("R-007", "What would an emergency change cost us?")),
    Step(-19, "14:00", "tomas", Comment("R-007", "PC-028 would take two weeks by the normal path"
                                        " and two days as an emergency.")),
    Step(-17, "15:00", "salma", Comment("R-012", "31 of 200 lines are wrong, nine of them turn a"
                                        " slur into praise.")),
    Step(-14, "17:30", "catherine", Comment("R-019", "No LIVE with a minor waits behind anything"
                                            " else. Say what you need.")),
    Step(-12, "14:00", "nadia", Comment("R-014", "Both plans want the same four leads in the"
                                        " week of wave 2.")),
    Step(-10, "18:00", "siobhan", Comment("R-002", "Two shifts went over; both people went home"
                                          " early the next day.")),
    Step(-6, "17:30", "kenji", Comment("R-005", "v4.1 is published in ja-JP, nine days late.")),
    Step(-5, "09:30", "nadia", Comment("R-019", "PC-026 needs 135.6 FTE of the 116 there are in"
                                       " ar-SA.")),
    Step(-5, "17:00", "freja", Comment("R-024", "Disclosure labels do not help yet: PC-025"
                                       " comes after the run-off.")),
    Step(-4, "09:30", "seun", Comment("R-011", "203 of 220 right is 92.3 %, but the lower bound is"
                                      " 88.0 %. Round 3 needs 209.")),
)  # fmt: skip

RELATIONS = (
    Step(-95, "15:30", "wanjiru", Relate("R-004", _RELATED, "R-017")),
    Step(-24, "15:30", "wanjiru", Relate("R-006", _CAUSES, "R-011")),
    Step(-24, "15:40", "wanjiru", Relate("R-011", _CAUSES, "R-020")),
    Step(-17, "15:30", "wanjiru", Relate("R-012", _RELATED, "R-011")),
    Step(-14, "15:30", "wanjiru", Relate("R-008", _CAUSES, "R-019")),
    Step(-12, "15:30", "wanjiru", Relate("R-014", _CAUSES, "R-012")),
    Step(-12, "15:40", "wanjiru", Relate("R-014", _CAUSES, "R-019")),
    Step(-5, "15:40", "wanjiru", Relate("R-024", _RELATED, "R-006")),
)

STEPS = (*COMMENTS, *RELATIONS)
