/**
 * @file signaling/conference/member.c  The session of who asks outside of it
 */
#include "signaling/conference/member.h"
#include "signaling/event/conference_events.h"
#include "signaling/session/dialog.h"
#include "signaling/session/party.h"
#include "signaling/session/session.h"

struct member_search {
	const char *conference;
	const struct conference_watcher *who;
};

static bool is_in(const struct session *s, const char *conference)
{
	return session_endpoint(s) &&
	       !str_casecmp(session_party(s)->conference, conference);
}

static bool member_cmp_h(const struct session *s, void *arg)
{
	const struct member_search *search = arg;
	const struct party *party = session_party(s);
	struct flow_info flow;

	if (!is_in(s, search->conference))
		return false;
	if (dialog_flow_info(session_dialog(s), &flow))
		return false;
	/* A WebSocket is one browser's page */
	if (flow.transport == FLOW_WS || flow.transport == FLOW_WSS)
		return dialog_flow(session_dialog(s)) == search->who->flow;
	if (party->known || !search->who->aor ||
	    str_casecmp(party->aor, search->who->aor) != 0)
		return false;

	/* behind a NAT many have one host, but not its port as well */
	return flow.transport == FLOW_UDP
		       ? sa_cmp(&flow.peer, &search->who->peer, SA_ALL)
		       : dialog_flow(session_dialog(s)) == search->who->flow;
}

struct session *member_from(const struct sessions *all, const char *conference,
			    const struct conference_watcher *who)
{
	struct member_search search = {conference, who};

	return sessions_search(all, NULL, member_cmp_h, &search);
}

struct known_search {
	const char *conference, *aor;
	uint64_t flow; /**< 0: any */
};

static bool known_cmp_h(const struct session *s, void *arg)
{
	const struct known_search *search = arg;
	const struct party *party = session_party(s);

	return is_in(s, search->conference) &&
	       (party->known || session_is_to_user(s)) &&
	       !str_casecmp(party->aor, search->aor) &&
	       (!search->flow ||
		dialog_flow(session_dialog(s)) == search->flow);
}

struct session *member_known(const struct sessions *all,
			     const char *conference, const char *aor,
			     const struct flow_info *flow)
{
	struct known_search search = {conference, aor, flow->id};
	struct session *s = sessions_search(all, NULL, known_cmp_h, &search);

	if (s)
		return s;
	search.flow = 0;

	return sessions_search(all, NULL, known_cmp_h, &search);
}
