using System.Text;
using CsCheck;

namespace Im.Tests.Attack;

/// <summary>Requests to every address of the web server, with something wrong in the target, the headers, the body, or in several of them; some are as they should be.</summary>
internal static class HttpCases
{
    private const string Nobody = "01890000-0000-7000-8000-000000000001";

    // Nothing here ends the session that sends it, for then all that follows would be refused at the first door.
    private static readonly (string Method, string Target, string Body)[] Seeds =
    [
        ("GET", "/api/me", ""),
        ("PUT", "/api/me", """{"brief":"likes tea"}"""),
        ("DELETE", "/api/me", """{"password":"wrong horse","removeMessages":false}"""),
        ("GET", "/api/me/export", ""),
        ("PUT", "/api/me/password", """{"oldPassword":"wrong horse","newPassword":"correct horse"}"""),
        ("POST", "/api/login", """{"nickname":"Jenny","password":"x"}"""),
        ("POST", "/api/tokens", """{"nickname":"Jenny","password":"x","brief":"likes tea"}"""),
        ("POST", "/api/tokens/renew", ""),
        ("POST", "/api/ticket", ""),
        ("GET", "/api/sessions", ""),
        ("DELETE", "/api/sessions/AAAAAAAAAAAAAAAAAAAAAA", ""),
        ("GET", "/api/nodes", ""),
        ("GET", "/api/connect?node=realtime-1&avoid=realtime-2", ""),
        ("GET", "/api/conversations", ""),
        ("GET", "/api/conversations/lobby/messages?before=9&limit=10", ""),
        ("GET", $"/api/conversations/{Nobody}/messages?after=0&limit=100", ""),
        ("POST", "/api/keys", """{"name":"build server","scopes":["publish:lobby","publish:direct"]}"""),
        ("GET", "/api/keys", ""),
        ("DELETE", $"/api/keys/{Nobody}", ""),
        ("POST", "/api/publish", $$"""{"id":"a","text":"hello","user":"{{Nobody}}"}"""),
        ("GET", $"/api/admin/users/{Nobody}", ""),
        ("DELETE", $"/api/admin/users/{Nobody}/sessions", ""),
        ("PUT", $"/api/admin/users/{Nobody}/mute", """{"minutes":60,"reason":"flooding"}"""),
        ("PUT", $"/api/admin/users/{Nobody}/ban", """{"minutes":60}"""),
        ("PUT", $"/api/admin/users/{Nobody}/admin", """{"admin":true}"""),
        ("DELETE", "/api/admin/conversations/lobby/messages/9000000000000", ""),
        ("POST", "/api/admin/announcements", """{"text":"We restart at 18:00."}"""),
        ("GET", "/api/admin/audit?before=7&action=user.ban&target=x", ""),
        ("GET", "/api/admin/users?search=jen&filter=muted&after=6A", ""),
        ("GET", $"/api/admin/rooms/{Nobody}/members?after=3-{Nobody}", ""),
        ("PUT", $"/api/admin/rooms/{Nobody}/archived", """{"archived":true}"""),
        ("DELETE", $"/api/admin/users/{Nobody}", """{"removeMessages":true}"""),
        ("GET", $"/api/admin/keys?before={Nobody}&owner={Nobody}", ""),
        ("PUT", "/api/admin/reports/9000000000000", """{"closed":true,"decision":"muted"}"""),
        ("GET", "/ws?node=realtime-1", ""),
        ("GET", "/openapi/v1.json", ""),
        ("GET", "/asyncapi/v1.json", ""),
        ("GET", "/schema/v1.json", ""),
        ("GET", "/schema/v2.json", ""),
        ("GET", "/health", ""),
        ("GET", "/assets/index.js", ""),
        ("GET", "/", ""),
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"];

    private static readonly string[] Fragments =
    [
        "%00", "%0a", "%2f", "%2e%2e", "%5c", "%ff", "%c0%80", "%ed%a0%80", "%f0%9f%98%80", "%e2%80%ae", "%", "%zz", "..", "//", ";", "?", "&", "=", "#", "+", "-1", "0", "00", "1e9",
        "9223372036854775807", "9223372036854775808", "lobby", "direct", "null", "true", "{id}", "*", "~", "'", "\"", "<", "|", "before=", "limit=101", "everywhere=maybe",
        new string('a', 3_000),
    ];

    private static readonly (string Name, string Value)[] Wrong =
    [
        ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-7"), ("Content-Type", "application/json; charset=nonsense"), ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Type", "multipart/form-data; boundary=x"), ("Content-Type", "\u00e9"), ("Content-Encoding", "gzip"), ("Cookie", "im_session=AAAA"), ("Cookie", "im_session=\u00e9\u0080"),
        ("Cookie", "im_session="), ("Cookie", "=;=;;"), ("Authorization", "Bearer "), ("Authorization", "Bearer imt_AAAA"), ("Authorization", "Bearer imk_AAAA"), ("Authorization", "Basic Og=="),
        ("Authorization", "\u00e9"), ("Origin", "null"), ("Origin", "http://evil.example"), ("Origin", "\u00e9"), ("Host", "evil.example"), ("Host", "a:b:c"), ("traceparent", "00-zz-zz-01"),
        ("tracestate", "a=\u00e9"), ("baggage", "a=%zz"), ("X-Forwarded-For", "not an address"), ("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Host", "\u00e9"), ("X-Im-Gateway", "AAAA"),
        ("Accept", "text/html"), ("Accept", "*/*;q=\u00e9"), ("Accept-Encoding", "br;q=7, nonsense"), ("Accept-Language", "\u00e9"), ("Range", "bytes=9-1"), ("Range", "bytes=0-0,5-5"),
        ("If-None-Match", "\""), ("If-Modified-Since", "yesterday"), ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "x"), ("Sec-WebSocket-Version", "99"),
        ("User-Agent", "\u00e9\u0080\u00ff"), ("X-HTTP-Method-Override", "DELETE"), ("Content-Language", "\u00e9"),
    ];

    private static readonly Gen<(byte[] Values, int[] Places)> Noise = from values in Gen.Byte.Array[1, 8] from places in Gen.Int[0, int.MaxValue].Array[3] select (values, places);

    public static readonly Gen<HttpCase> Any =
        from seed in Gen.Int[0, Seeds.Length - 1].Select(index => Seeds[index])
        from other in Gen.Int[0, Seeds.Length - 1].Select(index => Seeds[index])
        from method in Gen.Int[0, 9].Select(pick => pick == 0 ? -1 : 0).SelectMany(pick => pick < 0 ? Gen.Int[0, Methods.Length - 1].Select(index => Methods[index]) : Gen.Const(seed.Method))
        from target in Gen.Int[0, 2].SelectMany(pick => pick == 0 ? Target(seed.Target) : Gen.Const(seed.Target))
        from body in Gen.Int[0, 3].SelectMany(pick => pick > 0 ? Body(seed.Body, other.Body) : Gen.Const(Encoding.UTF8.GetBytes(seed.Body)))
        from wrong in Gen.Int[0, 2].SelectMany(pick => pick == 0 ? Gen.Int[0, Wrong.Length - 1].Select(index => Wrong[index]).Array[1, 3] : Gen.Const(Array.Empty<(string Name, string Value)>()))
        from known in Gen.Int[0, 9]
        select new HttpCase(method, target, [.. Headers(known, wrong)], body);

    private static IEnumerable<(string Name, string Value)> Headers(int known, (string Name, string Value)[] wrong)
    {
        (string Name, string Value)[] right =
        [
            ("X-Im", "1"),
            ("Content-Type", "application/json"),
            .. known switch { 0 => [], < 5 => [("Cookie", "im_session=$cookie")], _ => (IEnumerable<(string, string)>)[("Authorization", "Bearer $token")] },
        ];
        return right.Where(header => !wrong.Any(one => one.Name == header.Name)).Concat(wrong.DistinctBy(header => header.Name));
    }

    private static Gen<string> Target(string seed) =>
        from fragment in Gen.Int[0, Fragments.Length - 1].Select(index => Fragments[index])
        from noise in Noise
        let at = 1 + (noise.Places[0] % seed.Length)
        let to = noise.Places[1] % 2 == 0 ? at : Math.Min(seed.Length, at + (noise.Places[1] % 40))
        select seed[..at] + fragment + seed[to..];

    private static Gen<byte[]> Body(string seed, string other) =>
        from noise in Noise
        from kind in Gen.Int[0, Mutation.Kinds]
        let bytes = Encoding.UTF8.GetBytes(seed.Length == 0 ? "{}" : seed)
        select kind == Mutation.Kinds ? Bloated(bytes, noise.Places[0]) : Mutation.Of(bytes, Encoding.UTF8.GetBytes(other), noise.Places, noise.Values, kind);

    // Around the limit of 16 KiB, by white space that JSON allows or by depth.
    private static byte[] Bloated(byte[] seed, int size) => size % 2 == 0
        ? [.. seed, .. Enumerable.Repeat((byte)' ', 16_000 + (size % 1_000))]
        : [.. Enumerable.Repeat((byte)'[', size % 9_000), .. Enumerable.Repeat((byte)']', size % 9_000)];
}
