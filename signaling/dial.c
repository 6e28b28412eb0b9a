/**
 * @file signaling/dial.c  Who is to be dialled, and how it goes
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session_state.h"

static bool wants_webrtc(const struct uri *uri)
{
	struct pl transport;

	if (msg_param_decode(&uri->params, "transport", &transport))
		return false;
	return !pl_strcasecmp(&transport, "ws") ||
	       !pl_strcasecmp(&transport, "wss");
}

static int read_target(struct session *s, const char *target)
{
	struct uri uri;
	struct pl pl;
	int err;

	pl_set_str(&pl, target);
	err = header_uri(&s->target, &pl);
	if (err)
		return err == ENOMEM ? err : EINVAL;
	pl_set_str(&pl, s->target);
	if (uri_decode(&uri, &pl) || pl_strcasecmp(&uri.scheme, "sip") ||
	    pl_isset(&uri.headers) || pl_isset(&uri.password))
		return EINVAL;
	s->webrtc = wants_webrtc(&uri);
	err = header_aor(&s->aor, &uri);
	if (err)
		return err == ENOMEM ? err : EINVAL;
	err = str_dup(&s->entity, s->target);
	if (!err && pl_isset(&uri.user))
		err = header_text(&s->display, &uri.user, HEADER_DISPLAY_MAX);

	return err;
}

static void asked_destructor(void *arg)
{
	struct session_asked *a = arg;

	mem_deref(a->replaces);
	mem_deref(a->referred_by);
	mem_deref(a->history);
	mem_deref(a->icid);
}

static int dup_if(char **dst, const char *src)
{
	return src ? str_dup(dst, src) : 0;
}

static int keep(struct session *s, const struct dial *dial)
{
	struct session_asked *a = mem_zalloc(sizeof(*a), asked_destructor);
	int err;

	if (!a)
		return ENOMEM;
	s->asked = a;
	a->id = ++s->all->last_dial;
	a->anonymous = dial->anonymous;
	err = dup_if(&a->replaces, dial->replaces);
	err |= dup_if(&a->referred_by, dial->referred_by);
	err |= dup_if(&a->history, dial->history);
	err |= dup_if(&a->icid, dial->icid);
	a->progressh = dial->progressh;
	a->arg = dial->arg;

	return err ? ENOMEM : 0;
}

void dial_tell(struct session *s, uint16_t status, const char *phrase)
{
	struct session_asked *a = s->asked;
	dial_progress_h *progressh = a ? a->progressh : NULL;

	if (!progressh)
		return;
	if (status >= 200)
		a->progressh = NULL;
	progressh(status, phrase, a->arg);
}

void dial_tell_msg(struct session *s, const struct sip_msg *msg)
{
	char *phrase = NULL;

	if (header_text(&phrase, &msg->reason, DIAL_PHRASE_MAX))
		return;
	dial_tell(s, msg->scode, phrase ? phrase : "");
	mem_deref(phrase);
}

void dial_tell_reason(struct session *s, enum reason reason)
{
	const struct reason_row *row = reason_row(reason);

	if (row->sip_status >= 300)
		dial_tell(s, row->sip_status, row->phrase);
	else
		dial_tell(s, 487, "Request Terminated");
}

int dial_begin(struct sessions *all, const struct dial *dial, uint64_t *idp)
{
	struct session *s;
	int err;

	if (!all || !dial || !dial->conference || !dial->uri)
		return EINVAL;
	if (all->closing || all->count >= SESSIONS_MAX)
		return EHOSTUNREACH;
	err = session_alloc(&s, all);
	if (err)
		return err;
	s->state = SESSION_DIALLING;
	s->caller = true;
	err = str_dup(&s->conference, dial->conference);
	if (!err)
		err = keep(s, dial);
	if (!err)
		err = read_target(s, dial->uri);
	if (!err && dial->display)
		err = header_quote(&s->from_display, dial->display);
	if (err)
		goto out;

	session_register(s, s->target);
	err = session_resolve(s);
	if (err && err != EINVAL && err != ENOMEM)
		err = EHOSTUNREACH;

out:
	if (err) {
		mem_deref(s);
		return err;
	}
	all->dialled++;
	if (idp)
		*idp = s->asked->id;

	return 0;
}

static bool forget_h(struct le *le, void *arg)
{
	struct session *s = le->data;
	const uint64_t *id = arg;

	if (!s->asked || s->asked->id != *id)
		return false;
	s->asked->progressh = NULL;
	return true;
}

void dial_forget(struct sessions *all, uint64_t id)
{
	if (all && id)
		(void)hash_apply(all->table, forget_h, &id);
}

int session_dial(void *arg, const char *conference, const char *uri,
		 const char *display)
{
	const struct dial dial = {
		.conference = conference, .uri = uri, .display = display};

	return dial_begin(arg, &dial, NULL);
}
