/**
 * @file focus/mixers/mixer_ice.c  TCP connections of ICE, and whose they are
 */
#include <errno.h>
#include <string.h>
#include "focus/mixers/mixers_private.h"
#include "mixer/base/keyed_hash.h"


struct mixer_ufrag {
	struct le he;
	struct hash *all; /**< that it is in: it may outlive the mixers */
	struct mixer *mixer;
	char *text;
};


void mixer_tell_tcp_ports(struct mixer *m)
{
	/* one that misses it is replaced, and told anew */
	if (m->mixers->listen[0])
		(void)mixer_tell(m, m->mixers->listen);
}


void mixers_set_tcp_ports(struct mixers *ms, const uint16_t *ports,
			  size_t count)
{
	char list[64] = "";

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(list);

		(void)re_snprintf(list + n, sizeof(list) - n, "%s%u",
				  i ? "," : "", ports[i]);
	}

	(void)re_snprintf(ms->listen, sizeof(ms->listen),
			  "{\"op\":\"ice.listen\",\"tcp_ports\":[%s]}", list);
	for (unsigned i = 0; i < ms->count; i++) {
		if (mixer_is_up(&ms->slot[i]))
			mixer_tell_tcp_ports(&ms->slot[i]);
	}
}


static void ufrag_destructor(void *arg)
{
	struct mixer_ufrag *u = arg;

	hash_unlink(&u->he);
	mem_deref(u->all);
	mem_deref(u->text);
}


int mixer_ufrag_alloc(struct mixer_ufrag **up, struct mixer *m,
		      const char *ufrag)
{
	struct mixer_ufrag *u = mem_zalloc(sizeof(*u), ufrag_destructor);
	int err;

	if (!u)
		return ENOMEM;

	u->mixer = m;
	u->all = mem_ref(m->mixers->ufrags);
	err = str_dup(&u->text, ufrag);
	if (err) {
		mem_deref(u);
		return err;
	}

	hash_append(u->all, keyed_hash_str(ufrag), &u->he, u);
	*up = u;

	return 0;
}


bool mixer_ufrag_is(const struct mixer_ufrag *u, const char *ufrag)
{
	return u && !strcmp(u->text, ufrag);
}


static bool is_it(struct le *le, void *arg)
{
	const struct mixer_ufrag *u = le->data;
	const struct pl *ufrag = arg;

	return !pl_strcmp(ufrag, u->text);
}


static const struct mixer_ufrag *find(const struct mixers *ms,
				      const char *ufrag, size_t len)
{
	struct pl pl = {ufrag, len};

	return list_ledata(hash_lookup(
		ms->ufrags, (uint32_t)keyed_hash(ufrag, len), is_it, &pl));
}


bool mixers_have(const struct mixers *ms, const char *ufrag, size_t len)
{
	return find(ms, ufrag, len) != NULL;
}


int mixers_hand_over(const struct mixers *ms, const char *ufrag, size_t len,
		     int fd)
{
	const struct mixer_ufrag *u = find(ms, ufrag, len);

	if (!u)
		return ENOENT;

	return mixer_is_up(u->mixer)
		       ? link_tell_descriptor(u->mixer->link,
					      "{\"op\":\"ice.take\"}", fd)
		       : ENOTCONN;
}
