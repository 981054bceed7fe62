namespace Im.Bench.Peers;

/// <summary>Whether a node on this machine takes connections.</summary>
internal static class HttpProbe
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(2) };

    public static async Task<bool> IsReadyAsync(int port)
    {
        try
        {
            using var answer = await Client.GetAsync($"http://127.0.0.1:{port}/health");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
