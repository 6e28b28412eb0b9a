/**
 * @file mixer/mp/leg_description.c  A leg read and written
 */
#include <errno.h>
#include <string.h>
#include "mixer/mp/leg_description.h"
#include "mixer/mp/mp_private.h"


/* -------------------------------------------------------------- checks */

/** Who is to be known by a certificate says which, and whose turn it is */
static int dtls_check(const struct transport_description *t, char *why)
{
	if (t->dtls_role == MP_DTLS_UNKNOWN)
		return json_table_refuse(why,
					 "dtls: role is client or server");
	if (!t->fingerprint_count)
		return json_table_refuse(why, "fingerprints: none");

	return 0;
}


static bool are_types(const uint32_t *types, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (types[i] > 127)
			return false;
	}

	return true;
}


static bool payloads_are_types(const struct transport_description *t)
{
	return are_types(t->sound, t->sound_count) &&
	       are_types(t->picture, t->picture_count);
}


/** What only several members together say */
static int transport_check(struct transport_description *t, const json_t *o,
			   char *why)
{
	if (t->kind == MP_PLAIN) {
		t->known = sa_isset(&t->rtp, SA_ALL);
		t->dtls = json_object_get(o, "dtls") != NULL;
		if (t->dtls && t->suite)
			return json_table_refuse(why, "sdes beside dtls");
		if (t->dtls && t->known)
			return dtls_check(t, why);

		/* A known far end without a key would be plain RTP by
		 * accident. */
		if (t->known && t->suite && !t->sdes_key[0])
			return json_table_refuse(
				why, "sdes: remote_key is missing");
		return 0;
	}

	if (t->kind == MP_RELAY && !payloads_are_types(t))
		return json_table_refuse(why, "payload types: above 127");
	if (!json_object_get(o, "ice"))
		return 0;

	/* RFC 8445 section 5.3 */
	if (strlen(t->ice_ufrag) < 4 || strlen(t->ice_pwd) < 22)
		return json_table_refuse(why, "ice: ufrag or pwd too short");

	t->known = true;

	return t->kind == MP_RELAY ? 0 : dtls_check(t, why);
}


static int media_check(struct media_description *m,
		       const struct leg_description *d, char *why)
{
	if (m->off)
		return 0;
	if (m->rest)
		m->send = m->recv = false;
	if (m->transport >= d->transport_count)
		return json_table_refuse(why, "transport: no such index");
	if (d->transports[m->transport].kind == MP_RELAY)
		return json_table_refuse(why, "transport: a relay");
	if (!m->codec_count)
		return json_table_refuse(why, "codecs: none");

	/* 0 is "not said" as well */
	if (!m->width || !m->height) {
		m->width = PICTURE_WIDTH;
		m->height = PICTURE_HEIGHT;
	}
	if (!m->fps)
		m->fps = PICTURE_FPS;

	return 0;
}


/* ---------------------------------------------------------- the objects */

/** Two arrays behind one object, all in one piece */
static void *pair_alloc(size_t head, size_t first, size_t second)
{
	return mem_zalloc(head + first + second, NULL);
}


int leg_description_alloc(struct leg_description **dp, size_t transports,
			  size_t media)
{
	struct leg_description *d;

	if (!dp || transports > MP_MEDIA_MAX || media > MP_MEDIA_MAX)
		return EINVAL;

	d = pair_alloc(sizeof(*d), transports * sizeof(*d->transports),
		       media * sizeof(*d->media));
	if (!d)
		return ENOMEM;

	d->transports = (void *)(d + 1);
	d->transport_count = transports;
	d->media = (void *)(d->transports + transports);
	d->media_count = media;
	*dp = d;

	return 0;
}


int leg_local_alloc(struct leg_local **lp, size_t transports, size_t media)
{
	struct leg_local *l;

	if (!lp || transports > MP_MEDIA_MAX || media > MP_MEDIA_MAX)
		return EINVAL;

	l = pair_alloc(sizeof(*l), transports * sizeof(*l->transports),
		       media * sizeof(*l->media));
	if (!l)
		return ENOMEM;

	l->transports = (void *)(l + 1);
	l->transport_count = transports;
	l->media = (void *)(l->transports + transports);
	l->media_count = media;
	*lp = l;

	return 0;
}


/** The two arrays of a message */
static int arrays_get(const json_t *msg, const json_t **transports,
		      const json_t **media, char *why)
{
	*transports = json_object_get(msg, "transports");
	*media = json_object_get(msg, "media");
	if (!json_is_array(*transports) || !json_is_array(*media))
		return json_table_refuse(
			why, "transports and media must be arrays");

	if (json_array_size(*transports) > MP_MEDIA_MAX ||
	    json_array_size(*media) > MP_MEDIA_MAX)
		return json_table_refuse(
			why, "more than %d transports or media", MP_MEDIA_MAX);

	return 0;
}


static int entries_read(struct leg_description *d, const json_t *transports,
			const json_t *media, char *why)
{
	int err = 0;

	for (size_t i = 0; i < d->transport_count && !err; i++) {
		const json_t *o = json_array_get(transports, i);

		err = json_table_read(leg_transport_rows, &d->transports[i], o,
				      why);
		if (!err)
			err = transport_check(&d->transports[i], o, why);
	}

	for (size_t i = 0; i < d->media_count && !err; i++) {
		err = json_table_read(leg_media_rows, &d->media[i],
				      json_array_get(media, i), why);
		if (!err)
			err = media_check(&d->media[i], d, why);
	}

	return err;
}


int leg_description_read(struct leg_description **dp, const json_t *msg,
			 char why[DESCRIPTION_WHY_BYTES])
{
	const json_t *transports, *media;
	struct leg_description *d;
	int err = arrays_get(msg, &transports, &media, why);

	if (!err)
		err = leg_description_alloc(&d, json_array_size(transports),
					    json_array_size(media));
	if (err)
		return err;

	err = entries_read(d, transports, media, why);
	if (err)
		mem_deref(d);
	else
		*dp = d;

	return err;
}


int leg_local_read(struct leg_local **lp, const json_t *msg,
		   char why[DESCRIPTION_WHY_BYTES])
{
	const json_t *transports, *media;
	struct leg_local *l;
	int err = arrays_get(msg, &transports, &media, why);

	if (!err)
		err = leg_local_alloc(&l, json_array_size(transports),
				      json_array_size(media));
	if (err)
		return err;

	for (size_t i = 0; i < l->transport_count && !err; i++)
		err = json_table_read(leg_local_transport_rows,
				      &l->transports[i],
				      json_array_get(transports, i), why);
	for (size_t i = 0; i < l->media_count && !err; i++)
		err = json_table_read(leg_local_media_rows, &l->media[i],
				      json_array_get(media, i), why);

	if (err)
		mem_deref(l);
	else
		*lp = l;

	return err;
}


static int entries_write(json_t *msg, const char *name,
			 const struct json_row *rows, const void *entries,
			 size_t count, size_t size)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		json_t *o = json_object();

		err = json_table_write(rows,
				       (const uint8_t *)entries + i * size, o);
		if (json_array_append_new(list, o))
			err = ENOMEM;
	}

	if (json_object_set_new(msg, name, list))
		err = ENOMEM;

	return err;
}


int leg_description_write(const struct leg_description *d, json_t *msg)
{
	int err;

	err = entries_write(msg, "transports", leg_transport_rows,
			    d->transports, d->transport_count,
			    sizeof(*d->transports));
	if (!err)
		err = entries_write(msg, "media", leg_media_rows, d->media,
				    d->media_count, sizeof(*d->media));

	return err;
}


int leg_local_write(const struct leg_local *l, json_t *msg)
{
	int err;

	err = entries_write(msg, "transports", leg_local_transport_rows,
			    l->transports, l->transport_count,
			    sizeof(*l->transports));
	if (!err)
		err = entries_write(msg, "media", leg_local_media_rows,
				    l->media, l->media_count,
				    sizeof(*l->media));

	return err;
}
