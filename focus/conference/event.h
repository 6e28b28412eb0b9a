/**
 * @file focus/conference/event.h  What happens in a conference, numbered
 *
 * Every change of a conference makes one event; notifications (RFC 4575),
 * the page, `parley watch`, records and metrics derive from it and from
 * nothing else. Events are told, not kept: who begins to follow gets the
 * state in a snapshot. Made on parleyd's loop.
 *
 * Every event has
 *   {"seq":n, "time":unix_ms, "conference":NAME, "type":TYPE, ...}
 * with seq counting from 1 without gaps in the life of a conference; a
 * snapshot carries the seq of the last event that it includes. "dialing" and
 * "dial_failed" may come for a conference that nobody is in yet: their seq is
 * 0 then. Events about
 * one endpoint also have
 *   "endpoint":NUMBER, "user":AOR, "display":NAME, "label":LABEL
 * where NUMBER is the short id that `parley show` prints. In the life of the
 * conference it is nobody else's: who leaves, comes back and proves that he is
 * the same has it again. NAME is what was said; LABEL has a number behind it
 * where others in the conference have that name, "Ana (2)". Text in them is
 * valid UTF-8 without control characters.
 *
 * TYPE
 *  snapshot   {"state":CONFERENCE}  to a new subscriber; to all when there was
 *                                   no memory for an event: it is left out,
 *                                   and the state that it made told instead
 *  created    {}                    first event of a conference
 *  waiting    {"state":ENDPOINT}    in a call to it, and not let in; told
 * again when it waits for something else joined     {"state":ENDPOINT}    let
 * in; its dialog may not be confirmed yet status     {"status":S} dial-out:
 * "dialing-out", "alerting", ... renamed    {"state":ENDPOINT}    whom we
 * called says who it is, or asks for privacy: it may be another user now; or
 *                                   it took a moderator's place (Replaces),
 *                                   has another name, or another role
 *  connected  {}                    its dialog is confirmed
 *  media      {"media":[MEDIA], "media_connected":bool}
 *  bearer     {"bearer":BEARER}     what carries its sound and pictures
 *  left       {"reason":TOKEN, "words":TEXT}    focus/policy/reason.h
 *  talking    {"talking":bool}
 *  speaker    {"endpoint":NUMBER, 0 = nobody}   the active speaker
 *  muted      {"muted":bool}        not heard by the others
 *  deaf       {"deaf":bool}         hears nothing
 *  video      {"receiving":bool, "width":px, "height":px}   its camera
 *  video_muted {"video_muted":bool} not shown to the others
 *  volume     {"volume_in_db":dB, "volume_out_db":dB}
 *  held       {"held":bool}         it put us on hold
 *  hand       {"hand":n}            raised, the n-th in the conference; 0: not
 *  dtmf       {"digit":"5", "duration_ms":ms}   never of who is not in
 *  locked     {"locked":bool}
 *  monitored  {"monitored":bool}    nobody is end to end in it
 *  layout     {"layout":"grid"|"speaker"}
 *  settings   {"settings":SETTINGS, "title":TEXT, "max_participants":n}
 *                                   as settings_json(), without PINs
 *  spotlight  {"spotlight":NUMBER, 0 = nobody}  shown large to all
 *  dialing    {"uri":URI}           an invitation is on its way
 *  dial_failed {"uri":URI, "reason":TOKEN, "words":TEXT}  it came to nothing
 *                                   before there was an endpoint; later
 *                                   failures are told by "left"
 *  chat       {"number":n, "from":LABEL, "text":TEXT}   it has written to
 *                                   all; without the names of an endpoint:
 *                                   whoever operates the server has. n counts
 *                                   from 1, in the one order for all. TEXT may
 *                                   have line feeds
 *  mixer      {"state":"lost"} or {"state":"restored", "mixer":index}  the
 *                                   media server under it
 *  ended      {"reason":TOKEN, "words":TEXT}    last event of a conference
 *
 * CONFERENCE {"name", "seq", "since":unix_ms, "locked":bool,
 *   "monitored":bool, "layout",
 *   "speaker":NUMBER, "max_participants":n, "participants":n,
 *   "mixer":index, -1 = none now, "title":TEXT, "spotlight":NUMBER,
 *   "users":[USER], "waiting":[ENDPOINT] not let in yet, and no users}
 * USER       {"user":AOR, "display":NAME, "role":ROLE,
 *             "anonymous":bool, "endpoints":[ENDPOINT]}
 *   ROLE is "guest", "moderator" or "host".
 *   Who asked for privacy (RFC 3323) is "Anonymous" here, its AOR and entity
 *   are sip:anonymousN@anonymous.invalid with N its first endpoint's number,
 *   and it is never one user with another; nothing in events tells more
 * ENDPOINT   {"endpoint":NUMBER, "user":AOR, "display":NAME, "label":LABEL,
 *   "place":NUMBER of its user's first endpoint: users in the order of coming,
 *   "entity":URI,
 *   "agent":TEXT, "webrtc":bool, "role":ROLE, "anonymous":bool,
 *   "waiting":"pin"|"host"|"admission" only where it is not let in,
 *   "hand":n, 0 = not raised,
 *   "method":"dialed-in"|"dialed-out",
 *   "status":"pending"|"dialing-out"|"alerting"|"connected"|"on-hold",
 *   "since":unix_ms, "media_connected":bool, "talking":bool, "muted":bool,
 *   "deaf":bool, "video_muted":bool, "held":bool, "volume_in_db":dB,
 *   "volume_out_db":dB, "camera":{"width","height"} or null, "media":[MEDIA],
 *   "bearer":BEARER,
 *   "referred_by":URI only if somebody had it dialled and said so}
 *   BEARER is "mixed", "end-to-end" (from the other one who is in as that has
 *   protected it, with nobody in between who could hear it) or "relayed" (both
 *   of that, while one takes over from the other).
 * MEDIA      {"id":n, "type":"audio"|"video", "codec":NAME,
 *   "status":"sendrecv"|"sendonly"|"recvonly"|"inactive"}
 *   id is the m-line's place from 1; status from the endpoint's side
 *   (RFC 4575 section 5.8.3): sendonly = it only sends
 */
#ifndef PARLEY_FOCUS_CONFERENCE_EVENT_H
#define PARLEY_FOCUS_CONFERENCE_EVENT_H

#include <stdint.h>
#include <jansson.h>
#include "mixer/base/re.h"

struct event_subscription;

/** @param event Borrowed */
typedef void(event_follow_h)(const json_t *event, void *arg);

/** Who is being told an event; a chain, since telling may nest */
struct event_delivery {
	struct le *next;
	struct event_delivery *outer;
};

/** Those who follow; zeroed at first */
struct event_followers {
	struct list list;
	struct event_delivery *delivery;
};

/**
 * What every event has; the type's members are to be added
 *
 * @param conference Its name
 * @param time_ms    Unix time in milliseconds
 * @return new reference, NULL when out of memory
 */
json_t *event_make(const char *type, const char *conference, uint64_t seq,
		   uint64_t time_ms);

/**
 * One more who follows, from event_follow_begin() on
 *
 * @param followers  Lives longer than the subscription
 * @param conference Its name, "": all
 * @param h          May drop any subscription
 * @return mem_deref() ends it; NULL when out of memory
 */
struct event_subscription *event_follow(struct event_followers *followers,
					const char *conference,
					event_follow_h *h, void *arg);
void event_follow_begin(struct event_subscription *s);

/** Hand an event to those who follow its conference */
void event_tell(struct event_followers *followers, const char *conference,
		const json_t *event);

#endif
