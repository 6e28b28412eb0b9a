/**
 * @file signaling/sdp/offer_state.c  A description of the session as a whole
 */
#include <string.h>
#include "signaling/sdp/sdp_private.h"


static void offer_state_destructor(void *arg)
{
	struct offer_state *s = arg;

	mem_deref(s->ours);
	mem_deref(s->theirs);
	mem_deref(s->able);
	mem_deref(s->hosts);
	for (size_t i = 0; i < OFFER_MEDIA_MAX; i++) {
		mem_deref(s->media[i]);
		mem_deref(s->groups[i]);
	}
}


struct offer_state *offer_state_alloc(void)
{
	struct offer_state *s = mem_zalloc(sizeof(*s), offer_state_destructor);

	if (s)
		s->relay_group = -1;
	return s;
}


static void *copy_of(const void *p, size_t size)
{
	void *copy = mem_alloc(size, NULL);

	if (copy)
		memcpy(copy, p, size);
	return copy;
}


struct offer_state *offer_state_copy(const struct offer_state *from)
{
	struct offer_state *s = offer_state_alloc();
	bool ok = s != NULL;

	if (!s)
		return NULL;
	s->on_hold = from->on_hold;
	s->origin = from->origin;
	s->hosts = mem_ref(from->hosts);
	s->host_count = from->host_count;
	s->line_count = from->line_count;
	memcpy(s->lines, from->lines, sizeof(s->lines));
	s->ours = mem_ref(from->ours);
	s->theirs = mem_ref(from->theirs);
	s->able = mem_ref(from->able);
	s->relay_group = from->relay_group;
	s->passing = from->passing;
	s->rests = from->rests;
	s->follows = from->follows;
	for (size_t i = 0; i < from->media_count; i++) {
		s->media[i] = copy_of(from->media[i], sizeof(*s->media[i]));
		ok = ok && s->media[i];
	}
	s->media_count = from->media_count;
	for (size_t i = 0; i < from->group_count; i++) {
		s->groups[i] = copy_of(from->groups[i], sizeof(*s->groups[i]));
		ok = ok && s->groups[i];
	}
	s->group_count = from->group_count;
	return ok ? s : mem_deref(s);
}


struct offer_media *offer_state_media(struct offer_state *s, size_t index)
{
	if (index < s->media_count)
		return s->media[index];
	if (index != s->media_count || index >= OFFER_MEDIA_MAX)
		return NULL;
	s->media[index] = mem_zalloc(sizeof(*s->media[index]), NULL);
	if (s->media[index])
		++s->media_count;
	return s->media[index];
}


struct offer_group *offer_state_group(struct offer_state *s, size_t index)
{
	struct offer_group *g;

	if (index < s->group_count)
		return s->groups[index];
	if (index != s->group_count || index >= OFFER_MEDIA_MAX)
		return NULL;
	g = mem_zalloc(sizeof(*g), NULL);
	if (!g)
		return NULL;
	g->bearer = OFFER_BEARER_MIXER;
	s->groups[index] = g;
	++s->group_count;
	return g;
}


void offer_state_rank(struct offer_state *s)
{
	bool there[] = {[MEDIA_AUDIO] = false, [MEDIA_VIDEO] = false};

	for (size_t i = 0; i < s->media_count; i++) {
		struct offer_media *m = s->media[i];

		if (m->d.off)
			continue;
		m->second = there[m->d.kind];
		there[m->d.kind] = true;
		if (m->second)
			m->d.send = false;
		m->sent |= m->d.send;
	}
}


static void media_describe(struct media_description *d,
			   const struct offer_media *m,
			   const struct offer_state *s)
{
	*d = m->d;
	codec_choice_describe(&m->codecs, d);
	d->send = d->send && !d->off;
	d->recv = d->recv && !d->off && !s->on_hold;
	d->rest = s->rests;
}


static void group_describe(struct transport_description *d,
			   const struct offer_group *g, const struct sa *near,
			   bool remote)
{
	if (g->bearer == OFFER_BEARER_RELAY) {
		offer_passed_describe(d, g, remote);
		d->near = *near;
		return;
	}

	*d = g->d;
	if (!remote || !d->known) {
		memset(d, 0, sizeof(*d));
		d->kind = g->d.kind;
		d->suite = g->d.suite;
		d->dtls = g->d.dtls;
	}
	d->near = *near;
}


struct leg_description *offer_state_leg(const struct offer_state *s,
					const struct offer_config *config,
					bool remote)
{
	struct leg_description *d = NULL;

	if (leg_description_alloc(&d, s->group_count, s->media_count))
		return NULL;
	for (size_t i = 0; i < s->group_count; i++)
		group_describe(&d->transports[i], s->groups[i], &config->near,
			       remote);
	for (size_t i = 0; i < s->media_count; i++)
		media_describe(&d->media[i], s->media[i], s);
	return d;
}


void offer_conditions(const struct offer_config *config,
		      struct codec_conditions *conditions)
{
	conditions->limits.width = config->video_width;
	conditions->limits.height = config->video_height;
	conditions->limits.fps = config->video_fps;
	conditions->maxptime_ms = 0;
	conditions->mixer = config->mixer;
}
