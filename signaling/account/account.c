/**
 * @file signaling/account/account.c  The accounts, and calls that go by them
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "signaling/account/account_private.h"


enum {
	UUID_CHARS = 36,
	/** Goodbyes may take so long; parleyd's end waits for more */
	CLOSE_MAX_MS = 1000,
};

static const char *state_name(enum account_state state)
{
	static const char *const names[] = {
		[ACCOUNT_OFF] = "off",
		[ACCOUNT_WAITING] = "waiting",
		[ACCOUNT_RESOLVING] = "resolving",
		[ACCOUNT_ASKING] = "asking",
		[ACCOUNT_REGISTERED] = "registered",
		[ACCOUNT_LEAVING] = "leaving",
		[ACCOUNT_GONE] = "gone",
	};

	return names[state];
}


void account_set_state(struct account *a, enum account_state state)
{
	if (a->state == state)
		return;
	log_debug("account", "state account=%s from=%s to=%s", a->config->aor,
		  state_name(a->state), state_name(state));
	a->state = state;
}


static void account_destructor(void *arg)
{
	struct account *a = arg;

	tmr_cancel(&a->tmr);
	tmr_cancel(&a->ping);
	mem_deref(a->resolve);
	mem_deref(a->req);
	mem_deref(a->dlg);
	mem_deref(a->tried);
	mem_deref(a->contact);
	account_reply_reset(&a->reply);
}


static void accounts_destructor(void *arg)
{
	struct accounts *all = arg;

	tmr_cancel(&all->close_tmr);
	mem_deref(all->flows);
	while (all->count)
		mem_deref(all->v[--all->count]);
}


/* ------------------------------------------------------------- instance */

static bool is_uuid(const char *s)
{
	for (size_t i = 0; i < UUID_CHARS; i++) {
		const bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-'
			 : !s[i] || !strchr("0123456789abcdef", s[i]))
			return false;
	}

	return !s[UUID_CHARS];
}


/** Version 4 (RFC 4122 section 4.4) */
static void make_uuid(char dst[UUID_CHARS + 1])
{
	uint8_t b[16];

	rand_bytes(b, sizeof(b));
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	(void)re_snprintf(dst, UUID_CHARS + 1, "%w-%w-%w-%w-%w", b, (size_t)4,
			  b + 4, (size_t)2, b + 6, (size_t)2, b + 8, (size_t)2,
			  b + 10, (size_t)6);
}


/** No other file by another name: what is in it is overwritten, by root
 *  perhaps, in a folder of who is not */
static int open_instance(const char *path)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 &&
	    (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_nlink != 1)) {
		(void)close(fd);
		errno = EMLINK;
		fd = -1;
	}

	return fd;
}


/** The instance outlives restarts (RFC 5626 section 4.1): it stands in a file.
 *  Where that cannot be, it is one of this run */
static int find_instance(struct accounts *all)
{
	char path[512], uuid[UUID_CHARS + 2] = "";
	ssize_t n;
	int fd, err = 0;

	if (re_snprintf(path, sizeof(path), "%s/instance",
			all->config->data_dir) < 0)
		return ENAMETOOLONG;

	fd = open_instance(path);
	n = fd < 0 ? -1 : read(fd, uuid, UUID_CHARS + 1);
	uuid[n == UUID_CHARS + 1 ? UUID_CHARS : 0] = '\0';
	if (!is_uuid(uuid)) {
		make_uuid(uuid);
		if (fd < 0 || ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) ||
		    dprintf(fd, "%s\n", uuid) < 0)
			err = errno;
	}
	if (err)
		log_warn("account", "instance not kept file=%s error=%s", path,
			 strerror(err));
	if (fd >= 0)
		(void)close(fd);
	(void)re_snprintf(all->instance, sizeof(all->instance), "urn:uuid:%s",
			  uuid);

	return 0;
}


/* ----------------------------------------------------------------- begin */

static void flow_closed_h(uint64_t flow, enum flow_transport transport,
			  void *arg)
{
	struct accounts *all = arg;
	(void)transport;

	for (size_t i = 0; i < all->count; i++) {
		if (all->v[i]->flow == flow)
			account_flow_lost(all->v[i]);
	}
}


static bool flow_used_h(uint64_t flow, void *arg)
{
	const struct accounts *all = arg;

	for (size_t i = 0; i < all->count; i++) {
		if (all->v[i]->flow == flow)
			return true;
	}

	return false;
}


static int account_alloc(struct accounts *all,
			 const struct config_account *config)
{
	struct account *a = mem_zalloc(sizeof(*a), account_destructor);

	if (!a)
		return ENOMEM;
	tmr_init(&a->tmr);
	tmr_init(&a->ping);
	a->all = all;
	a->config = config;
	a->wants_s = config->expires_s;
	all->v[all->count++] = a;
	if (config->expires_s)
		account_begin(a);

	return 0;
}


int accounts_alloc(struct accounts **ap, struct transport_layer *layer,
		   const struct config *config,
		   struct credentials *credentials)
{
	struct accounts *all;
	int err = 0;

	if (!ap || !layer || !config)
		return EINVAL;

	all = mem_zalloc(sizeof(*all), accounts_destructor);
	if (!all)
		return ENOMEM;
	tmr_init(&all->close_tmr);
	all->layer = layer;
	all->config = config;
	all->credentials = credentials;
	if (config->account_count)
		err = find_instance(all);
	if (!err)
		err = layer_listen_flows(&all->flows, layer, flow_closed_h,
					 flow_used_h, all);
	for (size_t i = 0; i < config->account_count && !err; i++)
		err = account_alloc(all, config->accounts[i]);
	if (err)
		mem_deref(all);
	else
		*ap = all;

	return err;
}


/* ------------------------------------------------------------------- end */

static void closed_h(void *arg)
{
	struct accounts *all = arg;
	void (*done)(void *arg) = all->done;

	all->done = NULL;
	if (done)
		done(all->arg);
}


void account_gone(struct account *a)
{
	struct accounts *all = a->all;

	account_set_state(a, ACCOUNT_GONE);
	for (size_t i = 0; i < all->count; i++) {
		if (all->v[i]->state != ACCOUNT_GONE)
			return;
	}
	if (all->done)
		tmr_start(&all->close_tmr, 0, closed_h, all);
}


void accounts_close(struct accounts *all, void (*done)(void *arg), void *arg)
{
	if (!all)
		return;

	all->done = done;
	all->arg = arg;
	tmr_start(&all->close_tmr, all->count ? CLOSE_MAX_MS : 0, closed_h,
		  all);
	for (size_t i = 0; i < all->count; i++)
		account_leave(all->v[i]);
}


/* ----------------------------------------------------------------- calls */

const struct account *accounts_for(const struct accounts *all,
				   const struct uri *uri)
{
	struct sa sa;
	size_t i;

	for (i = 0; all && i < all->count; i++) {
		if (!pl_strcasecmp(&uri->host, all->v[i]->config->domain))
			return all->v[i];
	}
	if (!sa_set(&sa, &uri->host, 0) ||
	    !pl_strcasecmp(&uri->host, "localhost"))
		return NULL;
	for (i = 0; all && i < all->count; i++) {
		if (all->v[i]->config->is_default)
			return all->v[i];
	}

	return NULL;
}


const char *account_aor(const struct account *a)
{
	return a->config->aor;
}


const char *account_next_hop(const struct account *a)
{
	return a->config->next_hop;
}


uint64_t account_flow(const struct account *a)
{
	struct flow_info info;

	return a->flow && !layer_flow_by_id(a->all->layer, a->flow, &info)
		       ? a->flow
		       : 0;
}


/** An edge proxy that puts itself into Service-Route is not visited twice */
static bool same_hop(const char *one, const char *other)
{
	struct uri a, b;
	struct pl pl;

	pl_set_str(&pl, one);
	if (uri_decode(&a, &pl))
		return false;
	pl_set_str(&pl, other);

	return !uri_decode(&b, &pl) && !pl_casecmp(&a.host, &b.host) &&
	       (a.port ? a.port : SIP_PORT) == (b.port ? b.port : SIP_PORT) &&
	       !pl_cmp(&a.user, &b.user);
}


size_t account_routes(const struct account *a, const char *v[], size_t max)
{
	const struct account_reply *r = &a->reply;
	const char *outbound = a->config->outbound;
	size_t n = 0;

	if (outbound && n < max &&
	    (!r->route_count || !same_hop(outbound, r->routes[0])))
		v[n++] = outbound;
	for (uint32_t i = 0; i < r->route_count && n < max; i++)
		v[n++] = r->routes[i];

	return n;
}


int account_print_identity(struct re_printf *pf, const struct account *a)
{
	return re_hprintf(pf, "P-Preferred-Identity: <%s>\r\n",
			  a->reply.identity ? a->reply.identity
					    : a->config->aor);
}


static json_t *account_stats(const struct account *a)
{
	const uint64_t now = tmr_jiffies();
	const bool registered = a->reply.expires_s && a->until_ms > now;
	json_t *routes = json_array(), *o;

	for (uint32_t i = 0; i < a->reply.route_count; i++)
		(void)json_array_append_new(routes,
					    json_string(a->reply.routes[i]));
	o = json_pack("{s:s,s:s,s:I,s:I,s:I,s:i,s:o}", "account",
		      a->config->aor, "state", state_name(a->state),
		      "expires_in_s",
		      registered ? (json_int_t)((a->until_ms - now) / 1000)
				 : (json_int_t)0,
		      "failures", (json_int_t)a->failures, "registers",
		      (json_int_t)a->registers, "last_status",
		      (int)a->last_status, "routes", routes);
	if (a->reply.gruu)
		(void)json_object_set_new(o, "gruu",
					  json_string(a->reply.gruu));

	return o;
}


json_t *accounts_stats(const struct accounts *all)
{
	json_t *list = json_array();

	for (size_t i = 0; all && i < all->count; i++)
		(void)json_array_append_new(list, account_stats(all->v[i]));

	return list;
}
