using Im.Core.Data;
using Npgsql;

namespace Im.Tests.Data;

/// <summary>What a connection string with several hosts has to say, and what is said for it.</summary>
[Trait("Category", "Data")]
public sealed class StoreConnectionsTests
{
    [Theory]
    [InlineData("Host=a,b"), InlineData("Host=a:1,b:2;Target Session Attributes=any"), InlineData("Host=a,b;Target Session Attributes=read-write")]
    public void Several_hosts_without_saying_that_the_primary_is_wanted_are_refused_in_one_sentence(string connectionString) =>
        Assert.Contains("Target Session Attributes=primary", Assert.Throws<InvalidOperationException>(() => new NpgsqlDataSourceBuilder(connectionString).ConfigureStore()).Message);

    [Theory]
    [InlineData("Host=a,b;Target Session Attributes=primary", 1)]
    [InlineData("Host=a,b;Target Session Attributes=Primary;Host Recheck Seconds=7", 7)]
    [InlineData("Host=a", 10)]
    public void A_promotion_is_noticed_within_a_second_where_nothing_else_is_said(string connectionString, int seconds) =>
        Assert.Equal(seconds, new NpgsqlDataSourceBuilder(connectionString).ConfigureStore().ConnectionStringBuilder.HostRecheckSeconds);
}
