namespace Im.Tests.Web;

/// <summary>One server for every suite that leaves it as it was.</summary>
[CollectionDefinition(Name)]
public sealed class WebCollection : ICollectionFixture<WebServer>
{
    public const string Name = "web";

    /// <summary>A nickname nobody has.</summary>
    public static string NewNickname() => $"n{Guid.NewGuid():N}"[..16];
}
