namespace Im.Tests.Fixtures;

/// <summary>The Redis and the Postgres the suites run on.</summary>
internal static class TestServers
{
    public static string Redis { get; } = Environment.GetEnvironmentVariable("IM_TEST_REDIS") ?? "127.0.0.1:26379";

    public static string Garnet { get; } = Environment.GetEnvironmentVariable("IM_TEST_GARNET") ?? "127.0.0.1:23501,password=pw";

    public static string Postgres { get; } = Environment.GetEnvironmentVariable("IM_TEST_POSTGRES") ?? "Host=127.0.0.1;Port=25432;Username=postgres";
}
