"""Exports as phone systems really head their columns: what the guess makes of each.

Calls from 10:00 on: one that is answered after 8 s and ends after a minute, and one that nobody
answers, which ends after 30 s. The rows are made up; the headers are the vendors'.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.domain import instants
from streams.domain.events import CallStart, Event, Hangup, Queue
from streams.domain.instants import SECOND
from tests.sources.test_guess import guessed

BEGIN = 1_763_632_800  # 2025-11-20 10:00:00 UTC

FREESWITCH = """\
"0470000001","0470000001","600","public","2025-11-20 10:00:00","2025-11-20 10:00:08","2025-11-20 \
10:01:00","60","52","NORMAL_CLEARING","3f2a0001-9c3e-11ee","","","PCMA","PCMA"
"0470000002","0470000002","600","public","2025-11-20 10:00:00","","2025-11-20 10:00:30","30","0",\
"ORIGINATOR_CANCEL","3f2a0002-9c3e-11ee","","","PCMA","PCMA"
"""
FUSIONPBX = f"""\
xml_cdr_uuid,direction,caller_id_name,caller_id_number,destination_number,start_epoch,answer_epoch,\
end_epoch,duration,billsec,cc_queue,cc_side,cc_queue_joined_epoch,cc_queue_answered_epoch,\
cc_queue_terminated_epoch,cc_queue_canceled_epoch,cc_cause,hangup_cause
3f2a-01,inbound,Ann,0470000001,600,{BEGIN},{BEGIN + 1},{BEGIN + 60},60,59,waste@a.example,member,\
{BEGIN + 2},{BEGIN + 8},{BEGIN + 60},0,answered,NORMAL_CLEARING
3f2a-02,inbound,Bob,0470000002,600,{BEGIN},{BEGIN + 1},{BEGIN + 30},30,29,waste@a.example,member,\
{BEGIN + 2},0,0,{BEGIN + 30},cancel,NORMAL_CLEARING
"""
THREE_CX = """\
Call 1,00000155F_1,00:00:52,2025/11/20 10:00:00,2025/11/20 10:00:08,2025/11/20 10:01:00,\
TerminatedBySrc,0470000001,Ext.800,10002,800,800,,Ext.101,101,,,,,Chain: Ext.800;Ext.101;,LineSet,\
Queue,Extension,,waste,Jan
Call 2,00000156F_2,,2025/11/20 10:00:00,,2025/11/20 10:00:30,TerminatedBySrc,0470000002,Ext.800,\
10002,800,800,,,,,,,,Chain: Ext.800;,LineSet,Queue,,,waste,
"""
THREE_CX_LOG = """\
Call Time,Caller ID,Destination,Status,Ringing,Talking,Totals,Cost,Reason,Play
2025-11-20 10:00:00,0470000001,waste (800),Answered,00:00:08,00:00:52,,,Terminated by Src,
2025-11-20 10:00:01,0470000002,waste (800),Unanswered,00:00:30,,,,Terminated by Src,
"""
CUCM = f"""\
"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","origLegCallIdentifier",\
"dateTimeOrigination","callingPartyNumber","finalCalledPartyNumber","dateTimeConnect",\
"dateTimeDisconnect","duration","huntPilotDN"
INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,INTEGER,VARCHAR(50)
1,1,101,201,{BEGIN},"0470000001","71",{BEGIN + 8},{BEGIN + 60},52,"600"
1,1,103,203,{BEGIN + 1},"0470000003","71",{BEGIN + 9},{BEGIN + 61},52,"600"
1,1,102,202,{BEGIN},"0470000002","600",0,{BEGIN + 30},0,"600"
"""
GENESYS = """\
\ufeff"Conversation ID","Media Type","Date","Duration","Direction","ANI","DNIS","Queue",\
"Users - Interacted","Total Queue","Total Talk","Abandoned","Wrap-up"
"6a1b-01","voice","11/20/25 10:00:00 AM","00:01:00","Inbound","tel:+32470000001","tel:+3232211333",\
"Waste","Jan","00:00:08.0","00:00:52.0","",""
"6a1b-02","voice","11/20/25 10:00:00 AM","00:00:30","Inbound","tel:+32470000002","tel:+3232211333",\
"Waste","","00:00:30.0","","YES",""
"""
CONNECT = """\
ContactId,InitialContactId,Channel,InitiationMethod,InitiationTimestamp,Queue.Name,\
Queue.EnqueueTimestamp,Queue.DequeueTimestamp,Agent.ConnectedToAgentTimestamp,DisconnectTimestamp
3f2a-01,,VOICE,INBOUND,2025-11-20T10:00:00Z,waste,2025-11-20T10:00:02Z,2025-11-20T10:00:08Z,\
2025-11-20T10:00:08Z,2025-11-20T10:01:00Z
3f2a-02,,VOICE,INBOUND,2025-11-20T10:00:00Z,waste,2025-11-20T10:00:02Z,2025-11-20T10:00:30Z,,\
2025-11-20T10:00:30Z
"""
ASTERISK = f'''\
"","0470000001","s","from-trunk","""A"" <0470000001>","PJSIP/t-01","PJSIP/71-02","Queue",\
"waste,,,,300","2025-11-20 10:00:00","2025-11-20 10:00:08","2025-11-20 10:01:00",60,52,"ANSWERED",\
"DOCUMENTATION","{BEGIN}.1",""
"","0470000002","s","from-trunk","""B"" <0470000002>","PJSIP/t-03","","Queue","waste,,,,300",\
"2025-11-20 10:00:00","","2025-11-20 10:00:30",30,0,"NO ANSWER","DOCUMENTATION","{BEGIN}.2",""
'''
WAZO = """\
id,tenant_uuid,date,source_name,source_extension,destination_name,destination_extension,duration,\
answered,date_answer,date_end,call_direction,requested_name,tags
1,6a1b,2025-11-20T10:00:00.123456+00:00,,0470000001,Jan,71,52,True,\
2025-11-20T10:00:08.123456+00:00,2025-11-20T10:01:00.123456+00:00,inbound,waste,
2,6a1b,2025-11-20T10:00:00.123456+00:00,,0470000002,Jan,71,0,False,,\
2025-11-20T10:00:30.123456+00:00,inbound,waste,
"""
XIVO = f"""\
callid;time;queue_name;agent;status;waittime;ringtime;talktime
{BEGIN}.1;2025-11-20 10:00:00.123456;waste;Agent/71;answered;8;3;52
{BEGIN}.2;2025-11-20 10:00:00.123456;waste;;abandoned;30;3;0
"""
UNIFY = """\
Datum;Uhrzeit;Rufnummer;Gruppe;Wartezeit;Gesprächsdauer;Ergebnis;Anruf-ID
20.11.2025;10:00:00;0470000001;waste;0:08;0:52;Angenommen;7001
20.11.2025;10:00:00;0470000002;waste;0:30;0:00;Aufgelegt;7002
"""

#: With no column for the wait: who was answered is known, and a CHECK says that the wait is not.
CONNECT_SEARCH = """\
Contact ID,Channel,Initiation timestamp,System phone number,Queue,Agent,Customer phone number,\
Disconnect timestamp
3f2a-01,Voice,2025-11-20T10:00:00.0Z,+3232211333,waste,jan,0470000001,2025-11-20T10:01:00.0Z
3f2a-02,Voice,2025-11-20T10:00:00.0Z,+3232211333,waste,,0470000002,2025-11-20T10:00:30.0Z
"""
TEAMS = """\
"CorrelationId","SIP Address","Display Name","User Country","Invite Time","Start Time",\
"Failure Time","End Time","Duration (seconds)","Success","Caller Number","Call Type"
"3f2a-01","a@b.example","Jan","BE","2025-11-20 10:00:00.1106413 +00:00",\
"2025-11-20 10:00:08.1106413 +00:00","","2025-11-20 10:01:00.1106413 +00:00","52","Yes",\
"0470000001","ByotIn"
"3f2a-02","a@b.example","Jan","BE","2025-11-20 10:00:00.1106413 +00:00","",\
"2025-11-20 10:00:30.1106413 +00:00","2025-11-20 10:00:30.1106413 +00:00","0","No",\
"0470000002","ByotIn"
"""


def told(tmp_path: Path, content: str) -> tuple[str, set[int], set[int], int]:
    """The guess; the seconds after which calls were answered, and ended; how many are refused."""
    text, events, bad = guessed(tmp_path, content)

    begun = {e.call_id: instants.parse(e.at) for e in events if isinstance(e, CallStart)}

    def seconds(event: Event) -> int:
        return (instants.parse(event.at) - begun[event.call_id]) // SECOND

    answered = {seconds(e) for e in events if isinstance(e, Queue) and e.phase == "answered"}
    return text, answered, {seconds(e) for e in events if isinstance(e, Hangup)}, len(bad)


@pytest.mark.parametrize(
    "content",
    [
        FREESWITCH, FUSIONPBX, THREE_CX, THREE_CX_LOG, CUCM, GENESYS, CONNECT, ASTERISK, WAZO, XIVO,
        UNIFY,
    ],
    ids=str.split("freeswitch fusionpbx 3cx 3cx-log cucm genesys connect asterisk wazo xivo unify"),
)  # fmt: skip
def test_the_wait_and_the_end_of_each_call_are_found(tmp_path: Path, content: str) -> None:
    text, answered, ended, refused = told(tmp_path, content)
    assert (answered, ended) == ({8}, {30, 60}), text
    assert refused == ("INTEGER" in content), "of CUCM the line that has types"


@pytest.mark.parametrize("content", [CONNECT_SEARCH, TEAMS], ids=["connect-search", "teams"])
def test_where_nothing_says_how_long_they_waited_a_check_does(tmp_path: Path, content: str) -> None:
    text, answered, ended, refused = told(tmp_path, content)
    assert (answered, ended, refused) == ({0}, {30, 60}, 0), text
    assert "# CHECK: no column says how long the caller waited" in text


def test_a_column_that_says_who_gave_up_does_not_say_who_was_answered(tmp_path: Path) -> None:
    text, *_ = told(tmp_path, "id;start;Abandoned\n1;2025-11-20 10:00:00;YES\n"
                              "2;2025-11-20 10:00:00;NO\n")  # fmt: skip
    assert "Abandoned" not in text and "# CHECK: nothing says which calls were answered" in text
