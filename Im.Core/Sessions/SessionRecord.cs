using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Im.Core.Sessions;

/// <summary>A session as its hash in Redis holds it.</summary>
/// <param name="OldToken">The one before the last renewal.</param>
/// <param name="OldTokenUntil">Null: the renewed one has not been used yet, perhaps it never arrived.</param>
internal sealed record SessionRecord(Session Session, long ExpiresAt, string Token, string? OldToken, long? OldTokenUntil)
{
    public const string ValuePrefix = "v:";

    private const int MaxDeviceChars = 256, MaxAddressChars = 45;

    /// <summary>Null where the hash is not there.</summary>
    public static SessionRecord? Read(string id, HashEntry[] hash)
    {
        if (hash.Length == 0)
            return null;
        var fields = hash.ToDictionary(field => field.Name.ToString(), field => field.Value);
        var values = fields.Where(field => field.Key.StartsWith(ValuePrefix, StringComparison.Ordinal)).ToDictionary(field => field.Key[ValuePrefix.Length..], field => field.Value.ToString());
        var session = new Session(id, UserOf(Field("user")), Time(Field("created")), Time(Field("seen")), new(Field("device"), Field("address")), values) { Widget = WidgetGrant.Parse(Field("widget")) };
        return new(session, (long)Field("expires"), Field("token").ToString(), Field("oldToken"), (long?)Field("oldTokenUntil"));

        RedisValue Field(string name) => fields.GetValueOrDefault(name);
    }

    public bool IsAlive(DateTimeOffset now) => ExpiresAt > now.ToUnixTimeMilliseconds();

    public bool Accepts(SessionToken token, DateTimeOffset now) =>
        Same(Token, token.Hash) || OldToken is { } old && Same(old, token.Hash) && (OldTokenUntil is not { } until || until > now.ToUnixTimeMilliseconds());

    public bool IsFirstUse(SessionToken token) => OldToken is not null && OldTokenUntil is null && Same(Token, token.Hash);

    public static IEnumerable<RedisValue> NewFields(SessionToken token, SessionOrigin origin, DateTimeOffset now, WidgetGrant? widget = null)
    {
        yield return "token";
        yield return token.Hash;
        yield return "created";
        yield return now.ToUnixTimeMilliseconds();
        yield return "seen";
        yield return now.ToUnixTimeMilliseconds();
        if (origin.Device is { } device)
        {
            yield return "device";
            yield return device;
        }
        if (origin.Address is { } address)
        {
            yield return "address";
            yield return address;
        }
        if (widget is not null)
        {
            yield return "widget";
            yield return widget.ToString();
        }
    }

    public static SessionOrigin Shorten(SessionOrigin origin) => new(Shorten(origin.Device, MaxDeviceChars), Shorten(origin.Address, MaxAddressChars));

    public static Guid? UserOf(RedisValue value) => Guid.TryParseExact(value, "N", out var user) ? user : null;

    // Not in the middle of a surrogate pair.
    private static string? Shorten(string? text, int chars) => text is null || text.Length <= chars ? text : text[..(char.IsHighSurrogate(text[chars - 1]) ? chars - 1 : chars)];

    private static DateTimeOffset Time(RedisValue value) => DateTimeOffset.FromUnixTimeMilliseconds((long)value);

    private static bool Same(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));
}
