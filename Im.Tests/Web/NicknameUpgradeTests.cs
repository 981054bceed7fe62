using Im.Core.Data;
using Im.Web.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Im.Tests.Web;

/// <summary>Accounts from before the rule: on a database of the former schema, with names that nobody could take today and some that look alike.</summary>
public sealed class NicknameUpgradeTests(NicknameUpgradeTests.OldDatabase server) : IClassFixture<NicknameUpgradeTests.OldDatabase>
{
    private const int Many = 600;

    private static readonly string[] Names = ["Groß", "Gross", "Weiß", "Jenny", "Jenn\u0443", "admin", "\u0301\u0302", "Zoo", "★ star ★", "\u0430\u0440\u0440", "app", "İpek"];

    /// <summary>As it was before the migration <c>Nicknames</c>; then the server starts on it.</summary>
    public sealed class OldDatabase : WebServer
    {
        public override async Task InitializeAsync()
        {
            await using (var database = new ImDbContext(new DbContextOptionsBuilder<ImDbContext>().UseNpgsql(Database.ConnectionString).Options))
                await database.GetService<IMigrator>().MigrateAsync("20261122204840_Doors");
            var hash = new PasswordHasher<ImUser>().HashPassword(new(), "correct horse");
            foreach (var name in Names)
                await InsertAsync("$1, $2, NULL, NULL, $3", name, Nickname.FormerKeyOf(name), hash);
            await InsertAsync("$1, $2, NULL, now(), NULL", "(deleted)", "(deleted) 1");
            await InsertAsync("$1, $2, $2, NULL, $3", "Ada", "ada", hash);
            await Database.ScalarAsync<object>(Insert("'many' || n, 'many' || n, NULL, NULL, NULL") + $" FROM generate_series(1, {Many}) n");
            await base.InitializeAsync();
        }

        private Task InsertAsync(string values, params object[] parameters) => Database.ScalarAsync<object>(Insert(values), parameters);

        private static string Insert(string values) => $"""
            INSERT INTO users (user_name, normalized_user_name, skeleton, erased_at, password_hash, id, brief, created_at, lockout_enabled, access_failed_count, security_stamp, concurrency_stamp)
            SELECT {values}, gen_random_uuid(), '', clock_timestamp(), true, 0, 'x', 'x'
            """;
    }

    public static TheoryData<string> Old => [.. Names];

    [Theory, MemberData(nameof(Old))]
    public async Task Who_has_an_account_logs_in_with_the_name_as_it_is(string name)
    {
        using var browser = server.NewBrowser();
        var answer = (await browser.LoginAsync(name)).ShouldBeOk().Json;
        Assert.False(answer.GetProperty("created").GetBoolean());
        Assert.Equal(name, answer.GetProperty("user").GetProperty("nickname").GetString());
    }

    [Theory, InlineData("WEISS", "Weiß"), InlineData("weiß", "Weiß"), InlineData("GROSS", "Gross"), InlineData("groß", "Groß"), InlineData("ADMIN", "admin")]
    public async Task An_old_name_is_found_in_every_case_and_the_nearest_first(string typed, string name)
    {
        using var browser = server.NewBrowser();
        Assert.Equal(name, (await browser.LoginAsync(typed)).ShouldBeOk().Json.GetProperty("user").GetProperty("nickname").GetString());
    }

    [Theory, InlineData("Z0o"), InlineData("Z00"), InlineData("AÞP", 200), InlineData("many1O"), InlineData("manyl"), InlineData("АРР", 401), InlineData("J\u0435nny", 400), InlineData("reed", 200), InlineData("gross", 401)]
    public async Task Nobody_new_is_taken_for_somebody_old(string name, int status = 409)
    {
        using var browser = server.NewBrowser();
        Assert.Equal(status, (int)(await browser.LoginAsync(name, "battery staple")).Status);
    }

    [Fact]
    public async Task Every_account_has_its_skeleton_and_another_start_changes_nothing()
    {
        const string State = "SELECT md5(string_agg(id || normalized_user_name || skeleton || skeleton_rank, ',' ORDER BY id)) FROM users";
        Assert.Equal(0, await server.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE (skeleton IS NULL) <> (erased_at IS NOT NULL)"));
        Assert.Equal("0,1", await server.Database.ScalarAsync<string>("SELECT string_agg(skeleton_rank::text, ',' ORDER BY skeleton_rank) FROM users WHERE user_name IN ('Groß', 'Gross')"));
        var before = await server.Database.ScalarAsync<string>(State);
        await server.RestartAsync();
        Assert.Equal(before, await server.Database.ScalarAsync<string>(State));
    }
}
