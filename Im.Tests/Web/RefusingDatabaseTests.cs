namespace Im.Tests.Web;

/// <summary>A database that is there and cannot work now is away, in the answer too: no fault of ours.</summary>
[Collection(WebCollection.Name)]
public sealed class RefusingDatabaseTests(WebServer server)
{
    [Theory]
    [InlineData("53100", 503), InlineData("53200", 503), InlineData("53300", 503), InlineData("25006", 503), InlineData("55000", 503), InlineData("57P01", 503), InlineData("57P03", 503), InlineData("58030", 503)]
    [InlineData("40003", 503), InlineData("42P01", 500), InlineData("42501", 500)]
    public async Task What_Postgres_cannot_do_now_is_unavailable_and_what_is_wrong_with_us_is_internal(string sqlState, int status)
    {
        await server.Database.ScalarAsync<object>("""
            CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF NEW.brief LIKE 'refused %' THEN RAISE EXCEPTION 'refused' USING ERRCODE = substring(NEW.brief FROM 9); END IF;
              RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse();
            """);
        using var browser = server.NewBrowser();
        (await browser.LoginAsync(WebCollection.NewNickname())).ShouldBeOk();
        var answer = (await browser.PutAsync("/api/me", new { brief = $"refused {sqlState}" })).ShouldBe(status, status == 503 ? "unavailable" : "internal");
        Assert.Equal(status == 503, answer.Headers.RetryAfter is not null);
    }
}
