/**
 * @file signaling/registrar/bindings.c  The registrar's table
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/keyed_hash.h"
#include "signaling/registrar/bindings.h"

enum { HASH_SIZE = 1024 };

struct bound_user {
	struct le he;
	char *name;
	struct list list;
};

struct bindings {
	struct hash *users; /**< by name */
	struct hash *flows; /**< bindings by flow */
	size_t count, user_count;
};


static void bindings_destructor(void *arg)
{
	struct bindings *b = arg;

	hash_flush(b->users);
	mem_deref(b->users);
	mem_deref(b->flows);
}


static void user_destructor(void *arg)
{
	struct bound_user *u = arg;

	hash_unlink(&u->he);
	list_flush(&u->list);
	mem_deref(u->name);
}


static void bound_destructor(void *arg)
{
	struct bound *bd = arg;

	list_unlink(&bd->le);
	hash_unlink(&bd->he);
	mem_deref(bd->contact);
	mem_deref(bd->target);
	mem_deref(bd->instance);
	mem_deref(bd->path);
	mem_deref(bd->callid);
}


int bindings_alloc(struct bindings **bp)
{
	struct bindings *b;
	int err;

	if (!bp)
		return EINVAL;

	b = mem_zalloc(sizeof(*b), bindings_destructor);
	if (!b)
		return ENOMEM;

	err = hash_alloc(&b->users, HASH_SIZE);
	if (!err)
		err = hash_alloc(&b->flows, HASH_SIZE);
	if (err)
		mem_deref(b);
	else
		*bp = b;

	return err;
}


static bool name_equal(struct le *le, void *arg)
{
	const struct bound_user *u = le->data;

	return !strcmp(u->name, arg);
}


static struct bound_user *find_user(const struct bindings *b, const char *name)
{
	return list_ledata(hash_lookup(b->users, keyed_hash_str(name),
				       name_equal, (void *)name));
}


static int add_user(struct bound_user **up, struct bindings *b,
		    const char *name)
{
	struct bound_user *u = mem_zalloc(sizeof(*u), user_destructor);
	int err;

	if (!u)
		return ENOMEM;

	err = str_dup(&u->name, name);
	if (err) {
		mem_deref(u);
		return err;
	}

	hash_append(b->users, keyed_hash_str(name), &u->he, u);
	++b->user_count;
	*up = u;

	return 0;
}


static bool same_transport(const struct uri *a, const struct uri *b)
{
	struct pl x, y;
	const bool in_a = !msg_param_decode(&a->params, "transport", &x);
	const bool in_b = !msg_param_decode(&b->params, "transport", &y);

	return in_a == in_b && (!in_a || !pl_casecmp(&x, &y));
}


/** RFC 3261 section 19.1.4, as far as it tells user agents apart */
static bool uri_equal(const char *text, const struct pl *contact)
{
	struct uri a, b;
	struct pl pl;

	pl_set_str(&pl, text);
	if (!pl_cmp(&pl, contact))
		return true;
	if (uri_decode(&a, &pl) || uri_decode(&b, contact))
		return false;

	return !pl_casecmp(&a.scheme, &b.scheme) && a.user.l == b.user.l &&
	       (!a.user.l || !pl_cmp(&a.user, &b.user)) &&
	       !pl_casecmp(&a.host, &b.host) && a.port == b.port &&
	       same_transport(&a, &b);
}


struct bound *bindings_find(const struct bindings *b, const char *name,
			    const struct pl *contact,
			    const struct pl *instance, uint32_t reg_id)
{
	const struct list *list = bindings_of(b, name);
	struct le *le;

	for (le = list_head(list); le; le = le->next) {
		struct bound *bd = le->data;

		if (reg_id && bd->reg_id
			    ? reg_id == bd->reg_id &&
				      !pl_strcmp(instance, bd->instance)
			    : uri_equal(bd->contact, contact))
			return bd;
	}

	return NULL;
}


int bindings_add(struct bindings *b, const char *name, struct bound **bdp)
{
	struct bound_user *u;
	struct bound *bd;
	int err;

	if (!b || !name || !bdp)
		return EINVAL;
	if (b->count >= BINDINGS_MAX)
		return ENOSPC;

	bd = mem_zalloc(sizeof(*bd), bound_destructor);
	if (!bd)
		return ENOMEM;

	u = find_user(b, name);
	if (!u) {
		err = add_user(&u, b, name);
		if (err) {
			mem_deref(bd);
			return err;
		}
	}

	bd->user = u;
	list_append(&u->list, &bd->le, bd);
	++b->count;
	*bdp = bd;

	return 0;
}


void bindings_updated(struct bindings *b, struct bound *bd, uint64_t flow)
{
	list_unlink(&bd->le);
	list_append(&bd->user->list, &bd->le, bd);

	bd->flow = flow;
	hash_unlink(&bd->he);
	hash_append(b->flows, (uint32_t)flow, &bd->he, bd);
}


static void drop_user(struct bindings *b, struct bound_user *u)
{
	if (!list_isempty(&u->list))
		return;

	mem_deref(u);
	--b->user_count;
}


void bindings_remove(struct bindings *b, struct bound *bd)
{
	struct bound_user *u = bd->user;

	mem_deref(bd);
	--b->count;
	drop_user(b, u);
}


const struct list *bindings_of(const struct bindings *b, const char *name)
{
	const struct bound_user *u = b ? find_user(b, name) : NULL;

	return u ? &u->list : NULL;
}


/** A walk over all; what is looked at may be removed */
struct walk {
	struct bindings *b;
	uint64_t flow, now_ms, next_ms;
	size_t removed;
};


static bool flow_h(struct le *le, void *arg)
{
	struct bound *bd = le->data;
	struct walk *walk = arg;

	if (bd->tied && bd->flow == walk->flow) {
		bindings_remove(walk->b, bd);
		++walk->removed;
	}

	return false;
}


static bool used_h(struct le *le, void *arg)
{
	const struct bound *bd = le->data;
	const uint64_t *flow = arg;

	return bd->tied && bd->flow == *flow;
}


bool bindings_flow_used(const struct bindings *b, uint64_t flow)
{
	return hash_lookup(b->flows, (uint32_t)flow, used_h, &flow) != NULL;
}


size_t bindings_flow_closed(struct bindings *b, uint64_t flow)
{
	struct walk walk = {.b = b, .flow = flow};

	if (b)
		(void)hash_lookup(b->flows, (uint32_t)flow, flow_h, &walk);

	return walk.removed;
}


static bool expire_h(struct le *le, void *arg)
{
	struct bound_user *u = le->data;
	struct walk *walk = arg;
	struct le *one = list_head(&u->list);

	while (one) {
		struct bound *bd = one->data;

		one = one->next;
		if (bd->expires_ms <= walk->now_ms) {
			mem_deref(bd);
			--walk->b->count;
		}
		else if (!walk->next_ms || bd->expires_ms < walk->next_ms) {
			walk->next_ms = bd->expires_ms;
		}
	}
	drop_user(walk->b, u);

	return false;
}


uint64_t bindings_expire(struct bindings *b, uint64_t now_ms)
{
	struct walk walk = {.b = b, .now_ms = now_ms};

	if (b)
		(void)hash_apply(b->users, expire_h, &walk);

	return walk.next_ms;
}


size_t bindings_count(const struct bindings *b)
{
	return b ? b->count : 0;
}


size_t bindings_users(const struct bindings *b)
{
	return b ? b->user_count : 0;
}
