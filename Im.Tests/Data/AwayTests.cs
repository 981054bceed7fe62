using Im.Core.Data;
using Im.Core.Outages;
using Npgsql;
using StackExchange.Redis;

namespace Im.Tests.Data;

/// <summary>What servers say when they cannot work now is told from a fault of ours, by every word they have for it. <c>RedisRefusalTests</c> has those a Redis can be made to say.</summary>
[Trait("Category", "Data")]
public sealed class AwayTests
{
    /// <summary>https://www.postgresql.org/docs/current/errcodes-appendix.html</summary>
    [Theory]
    // The connection.
    [InlineData("08000"), InlineData("08001"), InlineData("08003"), InlineData("08004"), InlineData("08006"), InlineData("08007"), InlineData("08P01")]
    // Resources: full disk, no memory, too many connections, a limit of its configuration.
    [InlineData("53000"), InlineData("53100"), InlineData("53200"), InlineData("53300"), InlineData("53400")]
    // Somebody stopped it, it crashed, it starts, the database was dropped, the session was idle.
    [InlineData("57000"), InlineData("57014"), InlineData("57P01"), InlineData("57P02"), InlineData("57P03"), InlineData("57P04"), InlineData("57P05")]
    // The system beneath it.
    [InlineData("58000"), InlineData("58030"), InlineData("58P01")]
    // A replica, not there (yet), cut off in a transaction or its commit.
    [InlineData("25006"), InlineData("55000"), InlineData("3D000"), InlineData("25P03"), InlineData("25P04"), InlineData("40003")]
    // Lost a race too often.
    [InlineData("40001"), InlineData("40P01"), InlineData("55P03")]
    public void A_Postgres_that_cannot_work_now_is_away(string sqlState) => Assert.True(ServerAway.Is(Postgres(sqlState)));

    [Theory]
    [InlineData("22001"), InlineData("22P05"), InlineData("23502"), InlineData("23503"), InlineData("23505"), InlineData("25P02"), InlineData("28000"), InlineData("28P01"), InlineData("42501"), InlineData("42601"), InlineData("42P01"), InlineData("XX000")]
    public void What_is_wrong_with_a_statement_or_with_our_settings_is_not(string sqlState) => Assert.False(ServerAway.Is(Postgres(sqlState)));

    [Theory]
    [InlineData("25P04", nameof(PostgresFailure.TimedOut)), InlineData("57014", nameof(PostgresFailure.TimedOut)), InlineData("25P03", nameof(PostgresFailure.Away))]
    public void What_took_too_long_is_not_asked_again_at_once(string sqlState, string failure) => Assert.Equal(failure, $"{PostgresFailures.Classify(Postgres(sqlState))}");

    [Fact]
    public async Task A_connection_that_broke_while_somebody_held_it_is_away()
    {
        await using var connection = new NpgsqlConnection("Host=127.0.0.1");
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        Assert.True(ServerAway.Is(await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync())));
        Assert.False(ServerAway.Is(new InvalidOperationException("It is not open.")));
    }

    /// <summary>StackExchange.Redis knows of a replica before it asks, and then says so itself.</summary>
    [Fact]
    public void A_Redis_that_is_known_to_be_a_replica_is_away() => Assert.True(ServerAway.Is(new RedisCommandException("Command cannot be issued to a replica: HSET im:session:x")));

    [Fact]
    public void A_command_that_StackExchange_Redis_refuses_for_another_reason_is_a_fault_of_ours() => Assert.False(ServerAway.Is(new RedisCommandException("This operation is not available unless admin mode is enabled: FLUSHDB")));

    private static PostgresException Postgres(string sqlState) => new("test", "ERROR", "ERROR", sqlState);
}
