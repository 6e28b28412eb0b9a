/**
 * @file tests/unit/focus/roster/info_events.h  Events of a conference, as
 * texts
 */
#ifndef PARLEY_TESTS_UNIT_FOCUS_ROSTER_INFO_EVENTS_H
#define PARLEY_TESTS_UNIT_FOCUS_ROSTER_INFO_EVENTS_H

#define ENDPOINT(n, who, more)                                                \
	"{\"endpoint\":" #n ",\"user\":\"sip:" who "@x\",\"display\":\"" who  \
	"\",\"entity\":\"sip:" who "@192.0.2." #n                             \
	":5060\",\"role\":\"guest\",\"method\":\"dialed-in\","                \
	"\"status\":\"pending\",\"since\":1700000000000,\"talking\":false,"   \
	"\"muted\":false,\"webrtc\":false,\"media\":[{\"id\":1,\"type\":"     \
	"\"audio\",\"codec\":\"PCMU\",\"status\":\"sendrecv\"}]" more "}"
#define USER(who, endpoints)                                                  \
	"{\"user\":\"sip:" who "@x\",\"display\":\"" who                      \
	"\",\"role\":\"moderator\",\"endpoints\":[" endpoints "]}"
#define SNAPSHOT(users)                                                       \
	"{\"type\":\"snapshot\",\"state\":{\"name\":\"demo\",\"locked\":"     \
	"false,\"speaker\":0,\"max_participants\":20,\"mixer\":0,\"users\":"  \
	"[" users "]}}"
#define JOINED(n, who, more)                                                  \
	"{\"type\":\"joined\",\"endpoint\":" #n                               \
	",\"state\":" ENDPOINT(n, who, more) "}"
#define ABOUT(type, n, more)                                                  \
	"{\"type\":\"" type "\",\"endpoint\":" #n                             \
	",\"time\":1700000060000" more "}"
#define WAITS(n, who, what)                                                   \
	"{\"type\":\"waiting\",\"endpoint\":" #n                              \
	",\"state\":" ENDPOINT(n, who, ",\"waiting\":\"" what "\"") "}"

#endif
