/**
 * @file signaling/dial.c  Who is to be dialled, and how it goes
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session_state.h"

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

/* Who it is on the roster */
static int name_it(struct session *s, const char *uri)
{
	struct target *t = list_ledata(list_head(&s->targets));
	struct uri decoded;
	struct pl pl;
	int err;

	pl_set_str(&pl, t->uri);
	if (uri_decode(&decoded, &pl))
		return EINVAL;
	err = header_aor(&s->aor, &decoded);
	if (err)
		return err == ENOMEM ? err : EINVAL;
	err = str_dup(&s->to, t->uri);
	if (!err)
		err = str_dup(&s->entity, uri);
	if (!err && pl_isset(&decoded.user))
		err = header_text(&s->display, &decoded.user,
				  HEADER_DISPLAY_MAX);

	return err;
}

static int prepare(struct session *s, const struct dial *dial)
{
	struct target *t;
	int err;

	s->state = SESSION_DIALLING;
	s->caller = true;
	err = target_read(&t, dial->uri, s->all->config);
	if (err)
		return err;
	list_append(&s->targets, &t->le, t);
	err = name_it(s, dial->uri);
	if (!err)
		err = str_dup(&s->conference, dial->conference);
	if (!err)
		err = keep(s, dial);
	if (!err && dial->display)
		err = header_quote(&s->from_display, dial->display);

	return err;
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
	err = prepare(s, dial);
	if (err) {
		mem_deref(s);
		return err;
	}
	all->dialled++;
	if (idp)
		*idp = s->asked->id;
	session_next_way(s);

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
