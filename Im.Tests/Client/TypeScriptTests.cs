namespace Im.Tests.Client;

/// <summary>The TypeScript client and the page have tests of their own, in their own language; they belong to this suite.</summary>
[Collection(NodePackages.Collection)]
public sealed class TypeScriptTests
{
    [Fact]
    public async Task The_TypeScript_client_and_the_page_pass_their_own_tests()
    {
        var output = await NodePackages.RunAsync(NodePackages.Page, "npm", "test", "--silent");
        Assert.Contains("# fail 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("# pass 0\n", output, StringComparison.Ordinal);
    }
}
