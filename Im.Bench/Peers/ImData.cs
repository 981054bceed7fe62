using Im.Core.Bus;
using Im.Core.Sessions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using StackExchange.Redis;

namespace Im.Bench.Peers;

/// <summary>
/// Makes accounts, and their sessions through the product's own <see cref="ISessionManager"/>. Rows are copied into Postgres as they are: logging thousands of
/// people in over HTTP would measure password hashing.
/// </summary>
internal sealed class ImData(NpgsqlDataSource source, string redis)
{
    private const int LoginsAtATime = 256;

    private int _added;

    public NpgsqlDataSource Source => source;

    public async Task<IReadOnlyList<Account>> AddAccountsAsync(int count, CancellationToken cancellationToken) => await LogInAsync(await AddUsersAsync(count, cancellationToken), cancellationToken);

    /// <summary>A session for each.</summary>
    public async Task<IReadOnlyList<Account>> LogInAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationManager())
            .AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(redis))
            .AddImBus(probe: false).AddImSessions()
            .BuildServiceProvider();
        var sessions = services.GetRequiredService<ISessionManager>();
        var accounts = new List<Account>(users.Count);
        foreach (var some in users.Chunk(LoginsAtATime))
            accounts.AddRange(await Task.WhenAll(some.Select(async user =>
                new Account(user, (await sessions.LoginAsync(null, user, new("bench", "127.0.0.1"), cancellationToken)).Token))));
        return accounts;
    }

    /// <summary>Accounts without a session.</summary>
    public async Task<Guid[]> AddUsersAsync(int count, CancellationToken cancellationToken)
    {
        var users = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY users (id, user_name, normalized_user_name, brief, created_at, lockout_enabled, access_failed_count) FROM STDIN (FORMAT binary)", cancellationToken);
        foreach (var user in users)
        {
            var name = $"user-{++_added}";
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(user, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(name, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(name.ToUpperInvariant(), NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync("likes tea", NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(DateTime.UtcNow, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(true, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(0, NpgsqlDbType.Integer, cancellationToken);
        }
        await copy.CompleteAsync(cancellationToken);
        return users;
    }
}
