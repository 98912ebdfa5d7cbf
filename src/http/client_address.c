/* Who asks, as far as its address tells. */
#include "http/headers.h"
#include "http/server_private.h"

#include "base/text.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool copy_address(hs_str text, char address[HS_ADDRESS_TEXT_SIZE]) {
    if (text.size == 0 || text.size >= HS_ADDRESS_TEXT_SIZE) return false;
    char copy[HS_ADDRESS_TEXT_SIZE];
    unsigned char bytes[sizeof(struct in6_addr)];
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    if (inet_pton(AF_INET, copy, bytes) != 1 && inet_pton(AF_INET6, copy, bytes) != 1) return false;
    memcpy(address, copy, text.size + 1);
    return true;
}

/* Without brackets and port: `[2001:db8::1]:443`, `192.0.2.1:443`. */
static hs_str without_port(hs_str text) {
    hs_str rest = text;
    if (text.size > 0 && text.data[0] == '[') {
        rest = (hs_str){text.data + 1, text.size - 1};
        return hs_str_cut(&rest, ']');
    }
    hs_str host = hs_str_cut(&rest, ':');
    bool one_colon = rest.size > 0 && !memchr(rest.data, ':', rest.size);
    return one_colon ? host : text;
}

bool hs_forwarded_for(hs_str value, char address[HS_ADDRESS_TEXT_SIZE]) {
    size_t last = value.size;
    while (last > 0 && value.data[last - 1] != ',')
        last--;
    return copy_address(without_port(hs_str_trim((hs_str){value.data + last, value.size - last})), address);
}

bool hs_client_network(const char *address, char network[HS_ADDRESS_TEXT_SIZE]) {
    struct in6_addr six;
    struct in_addr four;
    if (inet_pton(AF_INET, address, &four) == 1)
        return inet_ntop(AF_INET, &four, network, HS_ADDRESS_TEXT_SIZE) != NULL;
    if (inet_pton(AF_INET6, address, &six) != 1) return false;
    if (IN6_IS_ADDR_V4MAPPED(&six))
        return inet_ntop(AF_INET, &six.s6_addr[12], network, HS_ADDRESS_TEXT_SIZE) != NULL;
    memset(&six.s6_addr[8], 0, 8);
    return inet_ntop(AF_INET6, &six, network, HS_ADDRESS_TEXT_SIZE) != NULL;
}

static bool peer_address(const hs_exchange *exchange, char address[HS_ADDRESS_TEXT_SIZE], bool *loopback) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *peer = info ? info->client_addr : NULL;
    if (peer && peer->sa_family == AF_INET) {
        const struct in_addr *four = &((const struct sockaddr_in *)(const void *)peer)->sin_addr;
        *loopback = ntohl(four->s_addr) >> 24 == 127;
        return inet_ntop(AF_INET, four, address, HS_ADDRESS_TEXT_SIZE) != NULL;
    }
    if (peer && peer->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
        *loopback = IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
        return inet_ntop(AF_INET6, six, address, HS_ADDRESS_TEXT_SIZE) != NULL;
    }
    return false;
}

hs_str hs_request_client(const hs_request *request) {
    const hs_exchange *exchange = request->connection;
    char address[HS_ADDRESS_TEXT_SIZE], network[HS_ADDRESS_TEXT_SIZE];
    bool loopback = false;
    if (!exchange || !peer_address(exchange, address, &loopback)) return HS_STR("");
    if (loopback && exchange->server->public_url)
        (void)hs_forwarded_for(hs_exchange_list_header(exchange, "X-Forwarded-For"), address);
    if (!hs_client_network(address, network)) return HS_STR("");
    hs_str copy = hs_arena_str(request->arena, hs_str_of(network));
    return copy.data ? copy : HS_STR("");
}
