using System.Globalization;
using Im.Core.Clocks;
using Im.Core.Sessions;
using Im.Protocol;
using StackExchange.Redis;

namespace Im.Core.Widgets;

/// <summary>One-time keys that a site's server asks for, and the site's page changes for a session. Stored is the SHA-256.</summary>
public interface IWidgetTokens
{
    /// <exception cref="SessionsUnavailableException">Redis could not be reached, as below.</exception>
    Task<string> CreateAsync(WidgetTicket ticket, TimeSpan lifetime, CancellationToken cancellationToken = default);

    /// <summary>What the token says, to the first who asks; null when it was used, ran out or was never given.</summary>
    Task<WidgetTicket?> TakeAsync(string token, CancellationToken cancellationToken = default);
}

/// <param name="Key">The API key that it was asked for with: revoked, it is worth nothing.</param>
public sealed record WidgetTicket(Guid Key, Guid Owner, Guid Site, string Origin, Guid User, ConversationId Conversation);

internal sealed class WidgetTokens(IConnectionMultiplexer redis, RedisKeys keys, StoreTime time) : IWidgetTokens
{
    private readonly IDatabase _database = redis.GetDatabase();

    public Task<string> CreateAsync(WidgetTicket ticket, TimeSpan lifetime, CancellationToken cancellationToken = default) => RunAsync(async () =>
    {
        var (text, hash) = SessionToken.NewWidget();
        var until = (await time.NowAsync() + lifetime).ToUnixTimeMilliseconds();
        await _database.StringSetAsync(keys.WidgetToken(hash), $"{until} {ticket.Key:N} {ticket.Owner:N} {ticket.Site:N} {ticket.User:N} {ticket.Conversation} {ticket.Origin}", lifetime);
        return text;
    }, cancellationToken);

    public Task<WidgetTicket?> TakeAsync(string token, CancellationToken cancellationToken = default) => RunAsync(async () =>
        SessionToken.TryHashWidget(token, out var hash) && ((string?)await _database.StringGetDeleteAsync(keys.WidgetToken(hash)))?.Split(' ', 7) is [var until, var key, var owner, var site, var user, var conversation, var origin]
        && long.Parse(until, CultureInfo.InvariantCulture) > (await time.NowAsync()).ToUnixTimeMilliseconds() && ConversationId.TryParse(conversation, out var id)
            ? new WidgetTicket(Guid.ParseExact(key, "N"), Guid.ParseExact(owner, "N"), Guid.ParseExact(site, "N"), origin, Guid.ParseExact(user, "N"), id) : null, cancellationToken);

    private static async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken cancellationToken)
    {
        try
        {
            return await operation().WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            throw new SessionsUnavailableException(exception);
        }
    }
}
